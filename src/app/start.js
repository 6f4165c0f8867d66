// Says why the page cannot start. It is JavaScript because the page itself is WebAssembly with SIMD: where the browser
// lacks that, no code of the page runs.

// The smallest module with a SIMD instruction: `(func (result v128) i32.const 0 i8x16.splat)`.
const simd = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
];

function refuse(kind, message) {
  const line = document.querySelector('#page [data-testid="engine"]');
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

let started = false;
addEventListener("TrunkApplicationStarted", () => (started = true), { once: true });

if (typeof WebAssembly !== "object" || !WebAssembly.validate(new Uint8Array(simd))) {
  started = true;
  refuse(
    "no-simd",
    "This browser has no WebAssembly SIMD, without which the network cannot run. Update the browser, or open this page in a current Chrome, Edge, Firefox or Safari.",
  );
}

// What the start-up script throws: a file of the page that did not arrive, or arrived broken.
addEventListener("unhandledrejection", ({ reason }) => {
  if (started) return;
  started = true;
  refuse("worker-failed", `A part of this page did not load (${reason?.message ?? reason}). Check the connection and reload.`);
});
