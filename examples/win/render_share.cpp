/* SPDX-License-Identifier: MIT */
/*
 * One process draws, another one goes on with its pictures, as both would be written for Windows: a
 * lit and textured ring is rendered into a texture with a keyed mutex, and a compute shader of the
 * other process softens it and darkens its corners. Key 0 is the renderer's turn, key 1 the
 * viewer's. Neither waits for its GPU before it hands the texture on.
 *
 *	render_share render FRAMES		draws; ends when the last picture was taken
 *	render_share view FRAMES OUT.png	takes as many, and writes the last one
 *
 * Both return 0 when all went well.
 */
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <windows.h>
#include <wrl/client.h>
#include <d3d11_1.h>
#include <d3dcompiler.h>
#include <dxgi1_2.h>
#include <png.h>

using Microsoft::WRL::ComPtr;

constexpr UINT WIDTH = 640, HEIGHT = 360, PATIENCE_MS = 60000;
constexpr UINT ROUND = 48, TUBE = 24; /* quads around the ring, and around its tube */
constexpr float TURN = 6.2831853f;

static void check(HRESULT hr, const char *what)
{
	if (hr == S_OK) /* WAIT_TIMEOUT and WAIT_ABANDONED are not, though they are no failures */
		return;
	fprintf(stderr, "%s: %#x\n", what, (unsigned)hr);
	exit(1);
}
#define CHECK(call) check(call, #call)

static const char shaders[] = R"(
cbuffer Scene : register(b0) {
	float4 rows[3]; // of the model's rotation
	float4 light; // towards it
};
Texture2D bricks : register(t0);
SamplerState smooth : register(s0);

struct Corner {
	float4 position : SV_Position;
	float3 normal : NORMAL;
	float2 place : TEXCOORD0;
};

float3 turned(float3 v)
{
	return float3(dot(rows[0].xyz, v), dot(rows[1].xyz, v), dot(rows[2].xyz, v));
}

Corner corner(float3 position : POSITION, float3 normal : NORMAL, float2 place : TEXCOORD0)
{
	Corner c;
	float3 p = turned(position) + float3(0, 0, 3);
	c.position = float4(p.x * 2.6 * 9 / 16, p.y * 2.6, (p.z - 1) / 4 * p.z, p.z);
	c.normal = turned(normal);
	c.place = place;
	return c;
}

float4 shade(Corner c) : SV_Target
{
	float3 n = normalize(c.normal);
	float3 halfway = normalize(light.xyz + float3(0, 0, -1));
	float3 colour = bricks.Sample(smooth, c.place).rgb;
	colour *= 0.25 + 0.75 * saturate(dot(n, light.xyz));
	return float4(colour + 0.5 * pow(saturate(dot(n, halfway)), 40), 1);
}
)";

static const char post_shader[] = R"(
Texture2D<float4> drawn : register(t0);
RWTexture2D<unorm float4> result : register(u0);

[numthreads(8, 8, 1)]
void post(uint3 at : SV_DispatchThreadID)
{
	uint width, height;
	drawn.GetDimensions(width, height);
	if (at.x >= width || at.y >= height)
		return;
	float3 sum = 0;
	for (int y = -2; y <= 2; y++)
		for (int x = -2; x <= 2; x++)
			sum += drawn[clamp(int2(at.xy) + int2(x, y), 0, int2(width, height) - 1)].rgb;
	float2 off = (float2(at.xy) + 0.5) / float2(width, height) * 2 - 1;
	float3 colour = lerp(drawn[at.xy].rgb, sum / 25, saturate(dot(off, off) - 0.2));
	result[at.xy] = float4(colour * (1 - 0.35 * dot(off, off)), 1);
}
)";

static ComPtr<ID3DBlob> compile(const char *source, const char *entry, const char *target)
{
	ComPtr<ID3DBlob> code, messages;
	HRESULT hr = D3DCompile(source, strlen(source), "render_share", nullptr, nullptr, entry,
		target, 0, 0, &code, &messages);
	if (FAILED(hr) && messages)
		fprintf(stderr, "%s", (const char *)messages->GetBufferPointer());
	check(hr, entry);
	return code;
}

struct Device {
	ComPtr<ID3D11Device> device;
	ComPtr<ID3D11Device1> device1;
	ComPtr<ID3D11DeviceContext> context;

	Device()
	{
		CHECK(D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr, 0, nullptr, 0,
			D3D11_SDK_VERSION, &device, nullptr, &context));
		CHECK(device.As(&device1));
	}

	ComPtr<ID3D11Texture2D> texture(
		UINT bind, UINT misc, DXGI_FORMAT format, D3D11_USAGE usage = D3D11_USAGE_DEFAULT)
	{
		D3D11_TEXTURE2D_DESC desc = {};
		ComPtr<ID3D11Texture2D> made;
		desc.Width = WIDTH;
		desc.Height = HEIGHT;
		desc.MipLevels = desc.ArraySize = desc.SampleDesc.Count = 1;
		desc.Format = format;
		desc.Usage = usage;
		desc.CPUAccessFlags = usage == D3D11_USAGE_STAGING ? D3D11_CPU_ACCESS_READ : 0;
		desc.BindFlags = bind;
		desc.MiscFlags = misc;
		CHECK(device->CreateTexture2D(&desc, nullptr, &made));
		return made;
	}

	ComPtr<ID3D11Buffer> buffer(UINT bind, const void *data, size_t size)
	{
		const D3D11_SUBRESOURCE_DATA initial = { data, 0, 0 };
		D3D11_BUFFER_DESC desc = {};
		ComPtr<ID3D11Buffer> made;
		desc.ByteWidth = (UINT)size;
		desc.BindFlags = bind;
		CHECK(device->CreateBuffer(&desc, &initial, &made));
		return made;
	}
};

struct Vertex {
	float position[3], normal[3], place[2];
};

struct Mesh {
	ComPtr<ID3D11Buffer> vertices, indices;
	UINT count;

	explicit Mesh(Device &d)
	{
		std::vector<Vertex> v;
		std::vector<uint16_t> i;
		for (UINT r = 0; r <= ROUND; r++)
			for (UINT t = 0; t <= TUBE; t++)
				v.push_back(vertex((float)r / ROUND, (float)t / TUBE));
		for (UINT r = 0; r < ROUND; r++)
			for (UINT t = 0; t < TUBE; t++)
				quad(i, r * (TUBE + 1) + t);
		vertices = d.buffer(D3D11_BIND_VERTEX_BUFFER, v.data(), v.size() * sizeof(v[0]));
		indices = d.buffer(D3D11_BIND_INDEX_BUFFER, i.data(), i.size() * sizeof(i[0]));
		count = (UINT)i.size();
	}

	static Vertex vertex(float round, float tube)
	{
		float a = round * TURN, b = tube * TURN;
		float out = std::cos(b), up = std::sin(b), radius = 0.75f + 0.32f * out;
		return { { radius * std::cos(a), radius * std::sin(a), 0.32f * up },
			{ out * std::cos(a), out * std::sin(a), up }, { round * 8, tube * 3 } };
	}

	static void quad(std::vector<uint16_t> &i, UINT at)
	{
		for (UINT corner :
			{ at, at + TUBE + 1, at + 1, at + 1, at + TUBE + 1, at + TUBE + 2 })
			i.push_back((uint16_t)corner);
	}
};

/* Bricks, with all their smaller copies. */
static ComPtr<ID3D11ShaderResourceView> make_bricks(Device &d)
{
	constexpr UINT SIZE = 128;
	std::vector<uint32_t> pixels(SIZE * SIZE);
	D3D11_TEXTURE2D_DESC desc = {};
	ComPtr<ID3D11Texture2D> texture;
	ComPtr<ID3D11ShaderResourceView> view;
	for (UINT y = 0; y < SIZE; y++)
		for (UINT x = 0; x < SIZE; x++) {
			UINT shifted = (x + y / 32 % 2 * 32) % 64;
			bool mortar = y % 32 < 3 || shifted < 3;
			pixels[y * SIZE + x] =
				mortar ? 0xffc8ccd0 : 0xff2c50b8 + x * 7919 % 24 * 0x10101;
		}
	desc.Width = desc.Height = SIZE;
	desc.ArraySize = desc.SampleDesc.Count = 1;
	desc.Format = DXGI_FORMAT_R8G8B8A8_UNORM;
	desc.BindFlags = D3D11_BIND_SHADER_RESOURCE | D3D11_BIND_RENDER_TARGET;
	desc.MiscFlags = D3D11_RESOURCE_MISC_GENERATE_MIPS;
	CHECK(d.device->CreateTexture2D(&desc, nullptr, &texture));
	CHECK(d.device->CreateShaderResourceView(texture.Get(), nullptr, &view));
	d.context->UpdateSubresource(texture.Get(), 0, nullptr, pixels.data(), SIZE * 4, 0);
	d.context->GenerateMips(view.Get());
	return view;
}

struct Renderer {
	Device d;
	Mesh mesh{ d };
	ComPtr<ID3D11ShaderResourceView> bricks = make_bricks(d);
	ComPtr<ID3D11Texture2D> target =
		d.texture(D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE,
			D3D11_RESOURCE_MISC_SHARED_KEYEDMUTEX | D3D11_RESOURCE_MISC_SHARED_NTHANDLE,
			DXGI_FORMAT_R8G8B8A8_UNORM);
	ComPtr<ID3D11RenderTargetView> target_view;
	ComPtr<ID3D11DepthStencilView> depth_view;
	ComPtr<ID3D11VertexShader> corner;
	ComPtr<ID3D11PixelShader> shade;
	ComPtr<ID3D11InputLayout> layout;
	ComPtr<ID3D11SamplerState> sampler;
	ComPtr<ID3D11Buffer> scene;
	ComPtr<IDXGIKeyedMutex> mutex;

	Renderer()
	{
		const D3D11_INPUT_ELEMENT_DESC elements[] = {
			{ "POSITION", 0, DXGI_FORMAT_R32G32B32_FLOAT, 0, 0,
				D3D11_INPUT_PER_VERTEX_DATA, 0 },
			{ "NORMAL", 0, DXGI_FORMAT_R32G32B32_FLOAT, 0, 12,
				D3D11_INPUT_PER_VERTEX_DATA, 0 },
			{ "TEXCOORD", 0, DXGI_FORMAT_R32G32_FLOAT, 0, 24,
				D3D11_INPUT_PER_VERTEX_DATA, 0 },
		};
		const float nothing[16] = {};
		D3D11_SAMPLER_DESC smooth = {};
		ComPtr<ID3DBlob> code = compile(shaders, "corner", "vs_5_0");
		CHECK(d.device->CreateVertexShader(
			code->GetBufferPointer(), code->GetBufferSize(), nullptr, &corner));
		CHECK(d.device->CreateInputLayout(
			elements, 3, code->GetBufferPointer(), code->GetBufferSize(), &layout));
		code = compile(shaders, "shade", "ps_5_0");
		CHECK(d.device->CreatePixelShader(
			code->GetBufferPointer(), code->GetBufferSize(), nullptr, &shade));
		smooth.Filter = D3D11_FILTER_MIN_MAG_MIP_LINEAR;
		smooth.AddressU = smooth.AddressV = smooth.AddressW = D3D11_TEXTURE_ADDRESS_WRAP;
		smooth.ComparisonFunc = D3D11_COMPARISON_NEVER;
		smooth.MaxLOD = D3D11_FLOAT32_MAX;
		CHECK(d.device->CreateSamplerState(&smooth, &sampler));
		scene = d.buffer(D3D11_BIND_CONSTANT_BUFFER, nothing, sizeof(nothing));
		make_targets();
		CHECK(target.As(&mutex));
	}

	void make_targets()
	{
		ComPtr<ID3D11Texture2D> depth =
			d.texture(D3D11_BIND_DEPTH_STENCIL, 0, DXGI_FORMAT_D32_FLOAT);
		CHECK(d.device->CreateDepthStencilView(depth.Get(), nullptr, &depth_view));
		CHECK(d.device->CreateRenderTargetView(target.Get(), nullptr, &target_view));
	}

	void bind()
	{
		const D3D11_VIEWPORT viewport = { 0, 0, WIDTH, HEIGHT, 0, 1 };
		const UINT stride = sizeof(Vertex), offset = 0;
		ID3D11DeviceContext *c = d.context.Get();
		c->IASetPrimitiveTopology(D3D11_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
		c->IASetInputLayout(layout.Get());
		c->IASetVertexBuffers(0, 1, mesh.vertices.GetAddressOf(), &stride, &offset);
		c->IASetIndexBuffer(mesh.indices.Get(), DXGI_FORMAT_R16_UINT, 0);
		c->VSSetShader(corner.Get(), nullptr, 0);
		c->VSSetConstantBuffers(0, 1, scene.GetAddressOf());
		c->PSSetShader(shade.Get(), nullptr, 0);
		c->PSSetConstantBuffers(0, 1, scene.GetAddressOf());
		c->PSSetShaderResources(0, 1, bricks.GetAddressOf());
		c->PSSetSamplers(0, 1, sampler.GetAddressOf());
		c->RSSetViewports(1, &viewport);
		/* ReleaseSync has unbound it. */
		c->OMSetRenderTargets(1, target_view.GetAddressOf(), depth_view.Get());
	}

	void draw(UINT frame)
	{
		const float background[4] = { 0.07f, 0.09f, 0.14f, 1 };
		float a = 0.6f + (float)frame * 0.05f, b = 0.9f;
		float ca = std::cos(a), sa = std::sin(a), cb = std::cos(b), sb = std::sin(b);
		const float constants[16] = { ca, -sa, 0, 0, sa * cb, ca * cb, -sb, 0, sa * sb,
			ca * sb, cb, 0, -0.48f, 0.64f, -0.6f, 0 };
		d.context->UpdateSubresource(scene.Get(), 0, nullptr, constants, 0, 0);
		d.context->ClearRenderTargetView(target_view.Get(), background);
		d.context->ClearDepthStencilView(depth_view.Get(), D3D11_CLEAR_DEPTH, 1, 0);
		bind();
		d.context->DrawIndexed(mesh.count, 0, 0);
	}
};

static HANDLE published()
{
	HANDLE event = CreateEventW(nullptr, TRUE, FALSE, L"render_share is there");
	if (event)
		return event;
	fprintf(stderr, "CreateEvent: %u\n", (unsigned)GetLastError());
	exit(1);
}

static int render(UINT frames)
{
	Renderer r;
	ComPtr<IDXGIResource1> resource;
	HANDLE shared, event = published();
	CHECK(r.target.As(&resource));
	CHECK(resource->CreateSharedHandle(nullptr,
		DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE, L"render_share", &shared));
	SetEvent(event);
	for (UINT frame = 0; frame < frames; frame++) {
		CHECK(r.mutex->AcquireSync(0, PATIENCE_MS));
		r.draw(frame);
		CHECK(r.mutex->ReleaseSync(1)); /* submits, and does not wait */
	}
	CHECK(r.mutex->AcquireSync(0, PATIENCE_MS));
	CHECK(r.mutex->ReleaseSync(0));
	CloseHandle(shared);
	CloseHandle(event);
	return 0;
}

struct Viewer {
	Device d;
	ComPtr<ID3D11Texture2D> drawn, result, readable;
	ComPtr<ID3D11ShaderResourceView> drawn_view;
	ComPtr<ID3D11UnorderedAccessView> result_view;
	ComPtr<ID3D11ComputeShader> post;
	ComPtr<IDXGIKeyedMutex> mutex;

	Viewer()
	{
		ComPtr<ID3DBlob> code = compile(post_shader, "post", "cs_5_0");
		CHECK(d.device->CreateComputeShader(
			code->GetBufferPointer(), code->GetBufferSize(), nullptr, &post));
		CHECK(d.device1->OpenSharedResourceByName(L"render_share",
			DXGI_SHARED_RESOURCE_READ | DXGI_SHARED_RESOURCE_WRITE,
			IID_PPV_ARGS(&drawn)));
		CHECK(drawn.As(&mutex));
		result = d.texture(D3D11_BIND_UNORDERED_ACCESS, 0, DXGI_FORMAT_R8G8B8A8_UNORM);
		readable = d.texture(0, 0, DXGI_FORMAT_R8G8B8A8_UNORM, D3D11_USAGE_STAGING);
		CHECK(d.device->CreateShaderResourceView(drawn.Get(), nullptr, &drawn_view));
		CHECK(d.device->CreateUnorderedAccessView(result.Get(), nullptr, &result_view));
	}

	void go_on()
	{
		ID3D11DeviceContext *c = d.context.Get();
		c->CSSetShader(post.Get(), nullptr, 0);
		c->CSSetShaderResources(0, 1, drawn_view.GetAddressOf());
		c->CSSetUnorderedAccessViews(0, 1, result_view.GetAddressOf(), nullptr);
		c->Dispatch((WIDTH + 7) / 8, (HEIGHT + 7) / 8, 1);
	}

	void write(const char *path)
	{
		D3D11_MAPPED_SUBRESOURCE mapped;
		png_image image = {};
		d.context->CopyResource(readable.Get(), result.Get());
		CHECK(d.context->Map(readable.Get(), 0, D3D11_MAP_READ, 0, &mapped));
		image.version = PNG_IMAGE_VERSION;
		image.width = WIDTH;
		image.height = HEIGHT;
		image.format = PNG_FORMAT_RGBA;
		if (!png_image_write_to_file(
			    &image, path, 0, mapped.pData, (png_int_32)mapped.RowPitch, nullptr)) {
			fprintf(stderr, "%s: %s\n", path, image.message);
			exit(1);
		}
		d.context->Unmap(readable.Get(), 0);
	}
};

static int view(UINT frames, const char *path)
{
	HANDLE event = published();
	if (WaitForSingleObject(event, PATIENCE_MS) != WAIT_OBJECT_0) {
		fprintf(stderr, "nobody renders\n");
		return 1;
	}
	Viewer v;
	for (UINT frame = 0; frame < frames; frame++) {
		CHECK(v.mutex->AcquireSync(1, PATIENCE_MS));
		v.go_on();
		CHECK(v.mutex->ReleaseSync(0));
	}
	v.write(path);
	CloseHandle(event);
	return 0;
}

static int usage()
{
	fprintf(stderr, "usage: render_share render FRAMES | render_share view FRAMES OUT.png\n");
	return 2;
}

/* A whole number, or this is the end. */
static unsigned number_of(const char *text)
{
	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 9)
		exit(usage());
	return (unsigned)strtoul(text, nullptr, 10);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "render"))
		return render(number_of(argv[2]));
	if (argc == 4 && !strcmp(argv[1], "view"))
		return view(number_of(argv[2]), argv[3]);
	return usage();
}
