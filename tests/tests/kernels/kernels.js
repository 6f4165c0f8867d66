// Runs the GPU's kernels as `headstart_nn::conv3x3::gpu` does, and compares what comes out with the definition.
// arguments: the kernels' sources by name; shapes as [n, h, w, c, k, tiles a pass].
const [sources, shapes] = arguments;
const POINTS = 36;
const WORKGROUP = 64;

return (async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  let failure = "";
  device.onuncapturederror = (event) => (failure ||= event.error.message);
  const pipelines = {};
  for (const [name, code] of Object.entries(sources)) {
    const compute = { module: device.createShaderModule({ code }), entryPoint: "main" };
    pipelines[name] = device.createComputePipeline({ layout: "auto", compute });
  }

  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const empty = (count) => device.createBuffer({ size: 4 * count, usage });
  const filled = (numbers) => {
    const buffer = device.createBuffer({ size: numbers.byteLength, usage, mappedAtCreation: true });
    new numbers.constructor(buffer.getMappedRange()).set(numbers);
    buffer.unmap();
    return buffer;
  };
  const whole = (...numbers) => filled(new Uint32Array(numbers));
  const run = (name, buffers, x, y, z) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipelines[name]);
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, device.createBindGroup({ layout: pipelines[name].getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(x, y, z);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
  const read = async (buffer) => {
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const copy = device.createBuffer({ size: buffer.size, usage: MAP_READ | COPY_DST });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    return new Float32Array(copy.getMappedRange()).slice();
  };
  // Numbers in ±0.5, the same every time.
  let state = 1;
  const random = (count) =>
    Float32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state / 0x7fffffff - 0.5;
    });
  // Workgroups in two rows, and the invocations of one.
  const rows = (invocations) => Math.ceil(Math.ceil(invocations / WORKGROUP) / 2);

  const off = [];
  for (const [n, h, w, c, k, pass] of shapes) {
    const [photos, weights, bias] = [random(n * c * h * w), random(k * c * 9), random(k)];
    const [down, across, panels] = [Math.ceil(h / 4), Math.ceil(w / 4), Math.ceil(k / 16)];
    const [tiles, plane] = [n * down * across, panels * 16 * c];
    const [input, biases, output] = [filled(photos), filled(bias), empty(n * k * h * w)];
    const [packed, patches] = [empty(POINTS * plane), empty(POINTS * c * pass)];
    const products = empty(POINTS * panels * 16 * pass);
    run("filters", [filled(weights), packed, whole(c, k, rows(plane) * WORKGROUP)], rows(plane), 2, 1);
    for (let first = 0; first < tiles; first += pass) {
      const count = Math.min(pass, tiles - first);
      const columns = Math.ceil(count / 4) * 4;
      const extents = whole(h, w, c, k, down, across, first, count, columns);
      const groups = (invocations) => Math.ceil(invocations / WORKGROUP);
      run("patches", [input, patches, extents], groups(c * columns), 1, 1);
      run("products", [patches, packed, products, extents], groups((columns / 4) * panels), 1, POINTS);
      run("outputs", [products, biases, output, extents], groups(k * columns), 1, 1);
    }
    const found = await read(output);
    let worst = 0;
    found.forEach((value, at) => {
      const [x, y, filter] = [at % w, Math.floor(at / w) % h, Math.floor(at / (w * h)) % k];
      const photo = Math.floor(at / (w * h * k));
      let sum = bias[filter];
      for (let channel = 0; channel < c; channel++) {
        for (let dy = 0; dy < 3; dy++) {
          for (let dx = 0; dx < 3; dx++) {
            const [row, column] = [y + dy - 1, x + dx - 1];
            if (row >= 0 && row < h && column >= 0 && column < w) {
              sum += photos[((photo * c + channel) * h + row) * w + column] * weights[(filter * c + channel) * 9 + dy * 3 + dx];
            }
          }
        }
      }
      // Not a number counts as wrong, too.
      const error = Math.abs(value - Math.max(sum, 0));
      worst = error <= worst ? worst : error;
    });

    const [high, wide] = [h >> 1, w >> 1];
    const pooled = empty(n * k * high * wide);
    const row = rows(n * k * high * wide);
    run("pool", [output, pooled, whole(h, w, n * k, row * WORKGROUP)], row, 2, 1);
    const isMaximum = (await read(pooled)).every((value, at) => {
      const top = (Math.floor(at / (high * wide)) * h + (Math.floor(at / wide) % high) * 2) * w + (at % wide) * 2;
      return value === Math.max(found[top], found[top + 1], found[top + w], found[top + w + 1]);
    });
    off.push({ worst, isMaximum });
  }
  return { off, failure };
})();
