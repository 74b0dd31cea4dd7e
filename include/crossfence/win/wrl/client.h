// SPDX-License-Identifier: MIT
//
// Microsoft::WRL::ComPtr, the reference that most Windows code in C++ holds its interfaces by; of
// <wrl/client.h> there is nothing else. A ComPtr owns one reference, or is empty. &pointer lets go
// of what it held before it is filled, ReleaseAndGetAddressOf() too; GetAddressOf() does not.
//
// Thread-safety: as of a plain pointer.
//
#ifndef CROSSFENCE_WIN_WRL_CLIENT_H
#define CROSSFENCE_WIN_WRL_CLIENT_H

#pragma GCC system_header
#include <windows.h>
#include <combaseapi.h>

namespace Microsoft
{
namespace WRL
{

template <typename T> class ComPtr;

namespace Details
{
// What & gives: it becomes the address that the callee asks for, and is emptied then.
template <typename T> class ComPtrRef
{
      public:
	explicit ComPtrRef(ComPtr<T> *target) : target(target)
	{
	}
	operator T **() const
	{
		return target->ReleaseAndGetAddressOf();
	}
	operator void **() const
	{
		return reinterpret_cast<void **>(target->ReleaseAndGetAddressOf());
	}
	operator ComPtr<T> *() const
	{
		return target;
	}
	T *operator*() const
	{
		return target->Get();
	}

      private:
	ComPtr<T> *target;
};
} // namespace Details

template <typename T> class ComPtr
{
      public:
	typedef T InterfaceType;

	ComPtr() : pointer(nullptr)
	{
	}
	ComPtr(decltype(nullptr)) : pointer(nullptr)
	{
	}
	template <typename U> ComPtr(U *other) : pointer(other)
	{
		Hold();
	}
	ComPtr(const ComPtr &other) : pointer(other.pointer)
	{
		Hold();
	}
	template <typename U> ComPtr(const ComPtr<U> &other) : pointer(other.Get())
	{
		Hold();
	}
	ComPtr(ComPtr &&other) : pointer(other.Detach())
	{
	}
	template <typename U> ComPtr(ComPtr<U> &&other) : pointer(other.Detach())
	{
	}
	~ComPtr()
	{
		Reset();
	}
	// By value: made from whatever a ComPtr is made from, and the old reference goes with it.
	ComPtr &operator=(ComPtr other)
	{
		Swap(other);
		return *this;
	}
	void Swap(ComPtr &other)
	{
		T *mine = pointer;

		pointer = other.pointer;
		other.pointer = mine;
	}
	T *Get() const
	{
		return pointer;
	}
	T *operator->() const
	{
		return pointer;
	}
	explicit operator bool() const
	{
		return pointer != nullptr;
	}
	Details::ComPtrRef<T> operator&()
	{
		return Details::ComPtrRef<T>(this);
	}
	T *const *GetAddressOf() const
	{
		return &pointer;
	}
	T **GetAddressOf()
	{
		return &pointer;
	}
	T **ReleaseAndGetAddressOf()
	{
		Reset();
		return &pointer;
	}
	// Takes the reference over.
	void Attach(T *other)
	{
		Reset();
		pointer = other;
	}
	// Gives the reference away.
	T *Detach()
	{
		T *given = pointer;

		pointer = nullptr;
		return given;
	}
	// How many references others still hold; 0: it was empty, or this was the last.
	unsigned long Reset()
	{
		T *old = Detach();

		return old ? old->Release() : 0;
	}
	HRESULT CopyTo(T **other) const
	{
		Hold();
		*other = pointer;
		return S_OK;
	}
	template <typename U> HRESULT CopyTo(U **other) const
	{
		return CopyTo(__uuidof(U), reinterpret_cast<void **>(other));
	}
	HRESULT CopyTo(REFIID riid, void **other) const
	{
		return pointer->QueryInterface(riid, other);
	}
	template <typename U> HRESULT As(Details::ComPtrRef<U> other) const
	{
		return CopyTo(static_cast<U **>(other));
	}
	HRESULT AsIID(REFIID riid, ComPtr<IUnknown> *other) const
	{
		return CopyTo(riid, reinterpret_cast<void **>(other->ReleaseAndGetAddressOf()));
	}

      private:
	void Hold() const
	{
		if (pointer)
			pointer->AddRef();
	}
	T *pointer;
};

template <typename T, typename U> bool operator==(const ComPtr<T> &a, const ComPtr<U> &b)
{
	return a.Get() == b.Get();
}

template <typename T, typename U> bool operator!=(const ComPtr<T> &a, const ComPtr<U> &b)
{
	return !(a == b);
}

template <typename T> bool operator==(const ComPtr<T> &a, decltype(nullptr))
{
	return !a.Get();
}

template <typename T> bool operator!=(const ComPtr<T> &a, decltype(nullptr))
{
	return a.Get();
}

} // namespace WRL
} // namespace Microsoft

template <typename T> void **IID_PPV_ARGS_Helper(Microsoft::WRL::Details::ComPtrRef<T> object)
{
	(void)static_cast<IUnknown *>(*object);
	return object;
}

#endif
