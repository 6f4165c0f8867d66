// Starts the page, and says why it cannot be started. It is JavaScript because the page itself is WebAssembly with SIMD: where the
// browser lacks that, or the host forbids it, no code of the page runs. It starts the worker too, so that this loads beside the page.

(() => {
  // The smallest module with a SIMD instruction: `(func (result v128) i32.const 0 i8x16.splat)`.
  const simd = new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
  ]);
  // How long nothing may happen before that is told. The page may still come.
  const PATIENCE_MS = 15_000;

  function tell(kind, message) {
    const line = engineLine();
    line.querySelector(".engine-failure[role]")?.remove();
    line.dataset.state = "error";
    line.querySelector(".engine-words").textContent = "The page could not start";
    const words = document.createElement("p");
    words.className = "engine-failure";
    words.setAttribute("role", "alert");
    words.dataset.testid = "error";
    words.dataset.kind = kind;
    words.textContent = message;
    line.append(words);
  }

  function engineLine() {
    return document.querySelector('#page [data-testid="engine"]');
  }

  // What the host makes of a file that could not be used, as a kind and a sentence; none where nothing is wrong with it. The page
  // asks as well, for its worker's files (`platform/host.rs`).
  globalThis.headstartBlame = async function blame(address) {
    const name = new URL(address).pathname.split("/").pop();
    let response, bytes;
    try {
      response = await fetch(address, { cache: "reload" });
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch {
      return [
        "download-failed",
        `${name} breaks off on its way. Check the connection and reload. If that does not help, the host announces another length or compression (Content-Length, Content-Encoding) than it sends.`,
      ];
    }
    const type = response.headers.get("content-type") ?? "";
    const isScript = name.endsWith(".js");
    if (!response.ok || type.startsWith("text/html")) {
      return [
        "wrong-content",
        `${name} is not on the host (status ${response.status}, ${type || "no type"}). Reload the page; if that does not help, whoever hosts it must upload the whole folder.`,
      ];
    }
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
      return [
        "wrong-content",
        `${name} arrives compressed without a word of it. The host must send the header Content-Encoding: gzip with it, or the file as it is.`,
      ];
    }
    if (isScript && !/javascript|ecmascript/.test(type)) {
      return [
        "wrong-content",
        `The host serves ${name} as ${type || "no type"}, and browsers run only what is served as text/javascript. Whoever hosts the page must serve .js files as that.`,
      ];
    }
    if (name.endsWith(".wasm") && !WebAssembly.validate(bytes)) {
      return [
        "wrong-content",
        `${name} has arrived, but it is no WebAssembly that this browser reads. Reload the page; if that does not help, whoever hosts it must upload the folder again, as binary files.`,
      ];
    }
    return undefined;
  };

  // What the browser's GPU says of itself, null where it has none. The page asks as well, and decides by it (`engine/device.rs`); a
  // first answer is there already. It is asked in JavaScript, because the GPU's runtime panics on an adapter without time stamps.
  let probed;
  globalThis.headstartProbe = () => {
    const answer = probed ?? probe();
    probed = undefined;
    return answer;
  };

  async function probe() {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) return null;
    const info = adapter.info ?? {};
    const words = [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(" ");
    return {
      words: words || "unnamed adapter",
      software: Boolean(info.isFallbackAdapter || adapter.isFallbackAdapter || /swiftshader/i.test(words)),
      timestamps: adapter.features.has("timestamp-query"),
    };
  }

  // The worker that the page will want, most likely, started before its code is here. What it says is held back until then.
  let early;
  // The page takes it over where it is the one that it wants; any other one ends. After this none is started any more.
  globalThis.headstartEarlyWorker = (address) => {
    const taken = early;
    early = null;
    if (taken && taken.address !== address) taken.worker.terminate();
    return taken?.address === address ? taken : undefined;
  };

  async function startWorker() {
    const release = document.querySelector('meta[name="release"]').content;
    const forced = new URLSearchParams(location.search).get("backend");
    // Where the address wants a GPU whatever it be like, the page sees to it.
    if (!release || (forced && forced !== "cpu")) return;
    let program = "headstart-engine-cpu";
    if (!forced) {
      probed = probe();
      const adapter = await probed.catch(() => null);
      if (adapter?.timestamps && !adapter.software) program = "headstart-engine-webgpu";
    }
    if (early === null) return;
    const address = `${program}_loader.js?v=${release}`;
    const worker = new Worker(address);
    const held = [];
    const hold = (event) => held.push(event);
    const kinds = ["message", "messageerror", "error"];
    kinds.forEach((kind) => worker.addEventListener(kind, hold));
    early = {
      address,
      worker,
      // The page listens now.
      listened() {
        kinds.forEach((kind) => worker.removeEventListener(kind, hold));
        held.forEach((event) => worker.dispatchEvent(new event.constructor(event.type, event)));
      },
    };
  }

  function wasmIsForbidden() {
    try {
      return !new WebAssembly.Module(simd);
    } catch {
      return true;
    }
  }

  // What keeps all of the page's code from running, as a kind and a sentence.
  function obstacle() {
    if (typeof WebAssembly !== "object" || !WebAssembly.validate(simd)) {
      return [
        "no-simd",
        "This browser has no WebAssembly SIMD, without which the network cannot run. Update the browser, or open this page in a current Chrome, Edge, Firefox or Safari.",
      ];
    }
    if (wasmIsForbidden()) {
      return [
        "wrong-content",
        "The host forbids WebAssembly, of which this page is made. Whoever hosts it must add 'wasm-unsafe-eval' to script-src in its Content-Security-Policy.",
      ];
    }
    return undefined;
  }

  async function startPage() {
    // Whoever reads this needs no word that no script has arrived.
    engineLine().querySelector(".engine-late").remove();
    if (blocked) return tell(...blocked);
    // trunk names them, with a hash in each name.
    const script = document.querySelector('link[rel="modulepreload"]').href;
    const wasm = document.querySelector('link[rel="preload"][as="fetch"]').href;
    const late = setTimeout(
      () => tell("download-failed", "The page is long on its way. If it does not come, the connection is bad, or the host sends less than it announces: reload the page."),
      PATIENCE_MS,
    );
    try {
      const { default: init } = await import(script);
      await init({ module_or_path: wasm });
    } catch (error) {
      const blamed = (await headstartBlame(script)) ?? (await headstartBlame(wasm));
      tell(...(blamed ?? ["worker-failed", `A part of this page did not start (${error?.message ?? error}). Reload the page.`]));
    } finally {
      clearTimeout(late);
    }
  }

  const blocked = obstacle();
  // A browser without workers says so to the page.
  if (!blocked) startWorker().catch(() => {});
  // This script waits for nothing, so that the worker is asked for before the style sheets; the page is written on by now or not.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startPage);
  else startPage();
})();
