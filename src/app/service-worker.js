// Keeps the page for visits without a network. `cargo xtask build` puts in front of this what it keeps:
//
//   const RELEASE = { id: "0f3c…", needless: ["headstart-engine-cpu_plain.wasm?v=…"], files: { "./": "sha256-…", "headstart-app-….js": "sha256-…", … } };
//
// Addresses are relative to the page's folder. A file is kept only with the bytes that the release has, so that a host on which two
// releases are mixed, or which changes files on their way, never leaves a page behind that cannot start. The base and the CNN are
// not in here: the engine keeps those itself, where there is no service worker too.

const FOLDER = new URL(self.registration.scope).pathname;
// Deployments on one origin share its caches: each has its own, by its folder's name.
const OURS = `headstart-page ${FOLDER} `;
const CURRENT = OURS + RELEASE.id;
// What was shared with the page and waits for it.
const SHARED = `headstart-shared ${FOLDER}`;
// Bytes that must stay free beside what is kept, and where that is tried.
const FREE = 32 << 20;
const ROOM = `headstart-room ${FOLDER}`;
// The engine's files for a device: kept once the page says that it uses that device.
const ENGINES = ["headstart-engine-cpu", "headstart-engine-webgpu"];

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => event.waitUntil(hear(event)));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || !pathname.startsWith(FOLDER)) return;
  if (request.method === "POST" && pathname === `${FOLDER}share`) event.respondWith(takeShared(request));
  // Who asks past the caches wants to know what the host has.
  else if (request.method === "GET" && request.cache !== "reload" && !request.headers.has("range")) {
    event.respondWith(answer(request));
  }
});

// Everything at once, or nothing: an install that fails leaves the room to the visitor's projects, and is tried again at the next
// visit.
async function install() {
  try {
    await proveRoom();
    await keepRelease();
  } catch (error) {
    await caches.delete(CURRENT);
    throw error;
  }
}

// Browsers do not say how much room there is: what is to stay free is written once.
async function proveRoom() {
  try {
    const cache = await caches.open(ROOM);
    await cache.put(FOLDER, new Response(new Uint8Array(FREE)));
  } finally {
    await caches.delete(ROOM);
  }
}

async function keepRelease() {
  const used = await Promise.all(ENGINES.map(isUsed));
  const unused = ENGINES.filter((_, index) => !used[index]);
  await keepAll((name) => !unused.some((engine) => name.startsWith(engine)));
}

// Pages of the release before may still be open: what they ask for stays until the release after this one.
async function activate() {
  const [, ...older] = (await ourCaches()).filter((name) => name !== CURRENT).reverse();
  await Promise.all(older.map((name) => caches.delete(name)));
  await clients.claim();
}

// A page says which engine it uses, or that the visitor wants this release now.
async function hear({ data, source }) {
  if (data === "activate") return skipWaiting();
  if (!ENGINES.includes(data)) return undefined;
  await keepAll((name) => name.startsWith(data));
  source.postMessage(data);
}

async function answer(request) {
  const name = nameOf(request);
  const keptIn = (cacheName) => caches.match(name, { cacheName, ignoreVary: true });
  const kept = await keptIn(CURRENT);
  if (kept) return kept;
  // Of an earlier release, for a page that is still open.
  for (const cache of await ourCaches()) {
    const earlier = await keptIn(cache);
    if (earlier) return earlier;
  }
  return fetch(request);
}

// Under which name a file is kept. The page is one file, whatever stands after its `?`.
function nameOf({ mode, url }) {
  const { pathname, search } = new URL(url);
  const below = pathname.slice(FOLDER.length);
  const isPage = mode === "navigate" && (below === "" || below === "index.html");
  return isPage ? FOLDER : pathname + search;
}

// A worker has a program with relaxed SIMD and may have one without: what this browser does not run is needless.
function keepAll(wanted) {
  const files = Object.keys(RELEASE.files).filter((name) => wanted(name) && !RELEASE.needless.includes(name));
  return Promise.all(files.map(keep));
}

async function keep(name) {
  const cache = await caches.open(CURRENT);
  if (await cache.match(name, { ignoreVary: true })) return;
  const integrity = RELEASE.files[name];
  // What the page has just fetched lies in the browser's own cache; that of another release may as well.
  const fetched = (mode) => fetch(name, { integrity, cache: mode });
  const response = await fetched("default").catch(() => fetched("reload"));
  if (!response.ok) throw new Error(`${name}: status ${response.status}`);
  await cache.put(name, response);
}

async function isUsed(engine) {
  for (const cache of await ourCaches()) {
    const kept = await (await caches.open(cache)).keys();
    if (kept.some(({ url }) => new URL(url).pathname.startsWith(FOLDER + engine))) return true;
  }
  return false;
}

// The oldest first.
async function ourCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(OURS));
}

// Files from the system's share sheet: they wait until the page, to which this leads, fetches them.
async function takeShared(request) {
  const files = (await request.formData()).getAll("files").filter((file) => file instanceof File);
  const cache = await caches.open(SHARED);
  await Promise.all(
    files.map((file, index) => {
      const name = encodeURIComponent(file.name);
      return cache.put(`${FOLDER}share/${Date.now()}-${index}/${name}`, new Response(file));
    }),
  );
  return Response.redirect(`${FOLDER}#/classify`, 303);
}
