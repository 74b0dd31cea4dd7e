# SPDX-License-Identifier: MIT
"""help() is the manual: each name, attribute and method says what it is, its units, and what it raises."""
import copy
import dataclasses
import inspect
import pickle
import pydoc
import re
import types

import pytest

import crossfence

INFOS = [crossfence.DomainInfo, crossfence.MemberInfo, crossfence.ObjectInfo, crossfence.StreamInfo]


def of_all():
    """(name, what, its own docstring) of all that is public."""
    for name in crossfence.__all__:
        value = getattr(crossfence, name)
        if name == "__version__":
            continue
        yield name, value, value.__doc__
        for member, what in vars(value).items() if isinstance(value, type) else ():
            if not member.startswith("_") and what is not None:
                yield f"{name}.{member}", what, inspect.getdoc(what)
            elif isinstance(what, (types.MethodDescriptorType, types.ClassMethodDescriptorType)):
                yield f"{name}.{member}", what, what.__doc__


ALL = list(of_all())


def is_a_stub(name, what, text):
    """Nothing, the name again, or what every object says."""
    if not text or len(re.findall(r"\w+", text)) < 4:
        return True
    general = (getattr(base, name.split(".")[-1], base).__doc__ for base in (object, type, Exception, OSError))
    return text in general or re.search(r"\b(TODO|FIXME|XXX)\b", text) is not None


def signature(what):
    """Without what it is a method of; None: no such thing."""
    try:
        names = [*inspect.signature(getattr(what, "__func__", what)).parameters]
    except (TypeError, ValueError):
        return None
    return [name for name in names if name not in ("self", "cls", "args", "module")]


@pytest.mark.parametrize("name, what, text", ALL, ids=[name for name, _, _ in ALL])
def test_it_is_explained(name, what, text):
    assert not is_a_stub(name, what, text)
    if not callable(what) or dataclasses.is_dataclass(what):
        return
    for argument in signature(what) or ():
        assert re.search(rf"\b{argument}\b", text), f"{argument} is not explained"
    if "timeout" in (signature(what) or ()):
        assert "seconds" in text and "Timeout" in text and "None" in text


@pytest.mark.parametrize("info", INFOS)
def test_each_field_of_a_snapshot_is_explained(info):
    manual = pydoc.plain(pydoc.render_doc(info))
    for field in dataclasses.fields(info):
        text = inspect.getdoc(getattr(info, field.name))
        assert not is_a_stub(f"{info.__name__}.{field.name}", None, text), field.name
        assert text.splitlines()[0] in manual


def made():
    """One of each, as the extension makes them."""
    with crossfence.Domain() as domain, crossfence.Producer(domain, "s", shape=(1,), dtype="u8") as producer:
        domains = crossfence.inspect(domain)
        yield from (domains, domains.members[0], domains.objects[0], producer.info())


def test_snapshots_are_values():
    for one in made():
        assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
        assert hash(copy.copy(one)) == hash(one) and repr(one).startswith(type(one).__name__ + "(")
        assert dataclasses.replace(one) == one and dataclasses.asdict(one)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, dataclasses.fields(one)[0].name, 5)


def test_the_whole_manual_is_there():
    manual = pydoc.plain(pydoc.render_doc(crossfence))
    assert [name for name in crossfence.__all__ if name not in manual and name != "__version__"] == []
    assert crossfence.__version__ in manual


@pytest.mark.parametrize("end", ["Pool", "Pool.give", "Pool.close", "KeyedMutex.release", "KeyedMutex.hold",
                                 "Frame.done", "Frame.publish", "Frame.__exit__", "Domain.leave", "Surface.close"])
def test_each_end_says_what_it_does_with_arrays_that_live(end):
    """And those that look at more than their own memory say so."""
    kind, _, name = end.partition(".")
    what = getattr(crossfence, kind)
    text = " ".join(inspect.getdoc(getattr(what, name) if name else what).split())
    assert "BufferError" in text and "arrays" in text
    if end in ("Pool", "Pool.give"):
        assert "whichever object of this domain; nothing has changed then" in text
