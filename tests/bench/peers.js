// VGG16's convolutional base by another runtime: `?peer=tfjs|ort|litert&backend=wasm|webgpu&size=150|224`, on the CPU by
// one thread, or with `&cores=all` by one a core, for which the page must be cross-origin isolated. LiteRT.js is on the CPU
// alone and takes `&precision=float32|weights|int8`, the others are in float32. The answer is the 512 features, the mean
// over positions of the last pool. `window.bench` says how far it is; `measure()` times one more run.

const query = new URLSearchParams(location.search);
const backend = query.get('backend');
const size = Number(query.get('size'));
const threads = query.get('cores') === 'all' ? navigator.hardwareConcurrency : 1;
const here = new URL('./', location).href;

const bench = { state: 'loading', error: '', features: [], firstAnswer: 0, runs: [], heap: 0, adapter: '' };
window.bench = bench;

/** Output channels of each 3×3 convolution; 0 is a pool. */
const LAYERS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0];
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** The memories of all wasm modules, which the libraries keep to themselves. */
const memories = new Set();
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(Memory, options) {
        const memory = new Memory(...options);
        memories.add(memory);
        return memory;
    },
});
for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
        const result = await original.apply(WebAssembly, given);
        for (const exported of Object.values((result.instance ?? result).exports)) {
            if (exported instanceof WebAssembly.Memory) memories.add(exported);
        }
        return result;
    };
}

/** The golden pattern of the weight file (headstart-weights, golden.rs), normalised: planes, or pixel by pixel. */
function pattern(interleaved) {
    const values = new Float32Array(3 * size * size);
    for (let c = 0; c < 3; c++) {
        for (let y = 0; y < size; y++) {
            for (let x = 0; x < size; x++) {
                const pixel = (x * 7 * (c + 1) + y * 13 * (c + 2) + x * y * (c + 1)) % 256;
                const place = interleaved ? (y * size + x) * 3 + c : (c * size + y) * size + x;
                values[place] = (pixel / 255 - MEAN[c]) / STD[c];
            }
        }
    }
    return values;
}

async function bytes(name) {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name}: status ${response.status}`);
    return response.arrayBuffer();
}

function script(src) {
    return new Promise((resolve, reject) => {
        const element = Object.assign(document.createElement('script'), { src, async: false, onload: resolve });
        element.onerror = () => reject(new Error(`${src} did not load`));
        document.head.append(element);
    });
}

/**
 * TensorFlow.js: fused convolutions, as its converter makes them, on constant tensors. 4.22 starts threads where it is told
 * to, and goes on with one (its issue 8513).
 */
async function tfjs() {
    const weights = bytes('vgg16.f32');
    await Promise.all([script('tf-core.js'), script(`tf-backend-${backend}.js`)]);
    const { tf } = window;
    if (backend === 'wasm') {
        tf.wasm.setWasmPaths(here);
        tf.wasm.setThreadsCount(threads);
    }
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
    await tf.ready();

    const buffer = await weights;
    let offset = 0;
    const take = (...shape) => {
        const count = shape.reduce((product, side) => product * side, 1);
        const values = new Float32Array(buffer, offset, count);
        offset += values.byteLength;
        return tf.tensor(values, shape, 'float32');
    };
    let channels = 3;
    const layers = LAYERS.map((out) => {
        if (out === 0) return null;
        const layer = { filter: take(3, 3, channels, out), bias: take(out) };
        channels = out;
        return layer;
    });
    if (offset !== buffer.byteLength) throw new Error(`vgg16.f32 has ${buffer.byteLength} bytes, not ${offset}`);

    const input = tf.tensor4d(pattern(true), [1, size, size, 3]);
    const forward = (x, layer) => layer
        ? tf.fused.conv2d({ x, ...layer, strides: 1, pad: 'same', activation: 'relu' })
        : tf.maxPool(x, 2, 2, 'valid');
    return async () => {
        const features = tf.tidy(() => tf.mean(layers.reduce(forward, input), [1, 2]));
        const values = await features.data();
        features.dispose();
        return values;
    };
}

/** ONNX Runtime Web: all graph optimizations, for inputs of just this size. */
async function ort() {
    const model = bytes('vgg16.onnx');
    const ort = await import(`./ort.${backend}.min.mjs`);
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.wasmPaths = here;
    const session = await ort.InferenceSession.create(new Uint8Array(await model), {
        executionProviders: [backend],
        graphOptimizationLevel: 'all',
        freeDimensionOverrides: { side: size },
    });
    const photo = new ort.Tensor('float32', pattern(false), [1, 3, size, size]);
    return async () => {
        const { features } = await session.run({ photo });
        return features.getData();
    };
}

/** LiteRT.js: XNNPACK, by the file that TensorFlow's converter made for just this size (tflite.py). */
async function litert() {
    const file = bytes(`vgg16-${size}-${query.get('precision')}.tflite`);
    const { loadLiteRt, loadAndCompile, Tensor } = await import('./litert.js');
    await loadLiteRt(here, { threads: threads > 1 });
    const options = { accelerator: 'wasm', cpuOptions: { numThreads: threads } };
    const model = await loadAndCompile(new Uint8Array(await file), options);
    const photo = new Tensor(pattern(true), [1, size, size, 3]);
    return async () => {
        const [features] = await model.run([photo]);
        const values = await features.data();
        features.delete();
        return values;
    };
}

async function start() {
    if (threads > 1 && !crossOriginIsolated) throw new Error('threads need a page that is cross-origin isolated');
    if (backend === 'webgpu') {
        const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
        if (!adapter) throw new Error('this browser offers no GPU');
        const { vendor, architecture, device, description } = adapter.info;
        bench.adapter = [vendor, architecture, device, description].filter(Boolean).join(' ');
    }
    const run = await { tfjs, ort, litert }[query.get('peer')]();
    // The first answer of a visit, and the warm-up of all that follow.
    bench.features = Array.from(await run());
    bench.firstAnswer = performance.now();
    bench.heap = [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
    bench.measure = async () => {
        bench.state = 'measuring';
        const start = performance.now();
        await run();
        bench.runs.push(performance.now() - start);
        bench.state = 'ready';
    };
    bench.state = 'ready';
}

function failed(error) {
    bench.error = String(error?.stack ?? error);
    bench.state = 'failed';
}

window.measure = () => void bench.measure().catch(failed);
start().catch(failed);
