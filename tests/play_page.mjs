// Use index.html as a visitor would, in headless Chromium, opened as a file, Pyodide's CDN served from its npm package:
// node play_page.mjs PLAYWRIGHT_FOLDER CHROMIUM PYODIDE_FOLDER AXE_SCRIPT PAGE INPUT PICTURE PHOTO ...
// Prints what was seen, as JSON; PICTURE is a screenshot of the symbol that it makes, PHOTO pictures of the deck.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [playwright, executablePath, pyodide, axe, file, input, picture, ...photos] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(playwright + "/index.mjs"));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const seen = { errors: [], asked: [] };
const text = (page, id) => page.textContent("#" + id);

async function visit(reachable, size, options = {}, address = pathToFileURL(file).href) {
  const page = await browser.newPage({ viewport: size, deviceScaleFactor: 2, ...options });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("request", (request) => { if (!/^(blob|data):/.test(request.url())) seen.asked.push(request.url()); });
  await page.route("https://cdn.jsdelivr.net/**", (route) => reachable ? route.fulfill({
    path: pyodide + "/" + route.request().url().split("/").pop(), headers: { "access-control-allow-origin": "*" } })
    : route.abort());
  await page.goto(address);
  return page;
}

// At every width, light and dark: no wider than the window, and axe-core finds nothing to complain of.
seen.violations = [];
seen.widths = [];
for (const width of [360, 800, 1280]) for (const colorScheme of ["light", "dark"]) {
  const page = await visit(false, { width, height: 900 }, { colorScheme, deviceScaleFactor: 1 });
  await page.click("#unpack");
  await page.waitForSelector("#unpacked:visible");
  for (const details of await page.$$("details")) await details.evaluate((one) => { one.open = true; });
  await page.evaluate(readFileSync(axe, "utf-8"));
  const { violations } = await page.evaluate("axe.run(document)");
  seen.violations.push(...violations.map((one) => [width, colorScheme, one.id, one.nodes.map((node) => node.html.slice(0, 120))]));
  seen.widths.push([width, await page.evaluate(() => document.documentElement.scrollWidth)]);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${width}.${colorScheme}.png`, fullPage: true });
  await page.close();
}

// Before anything is run there is a recorded loss and log; asked for reduced motion, no note lights up.
let first = await visit(false, { width: 800, height: 900 }, { reducedMotion: "reduce" });
seen.recorded = [await text(first, "log"), await first.evaluate(() => document.getElementById("losses").getAttribute("d").split(/[ML]/).length - 1),
                 await first.getAttribute("#chart", "class")];
await first.click("#play");
await first.waitForTimeout(1000);
seen.still = [await first.$$eval("#keys .lit", (keys) => keys.length), await text(first, "time")];
seen.copied = {};
await first.evaluate(() => { navigator.clipboard.writeText = async (words) => { window.copied = words; }; });
for (const button of await first.$$("#scripts button")) {
  const [what, name] = (await button.getAttribute("aria-label")).split(" ");
  if (what === "Copy") {
    await button.click();
    seen.copied[name] = await first.evaluate("window.copied");
  } else {
    const [saved] = await Promise.all([first.waitForEvent("download"), button.click()]);
    seen.copied["saved " + name] = readFileSync(await saved.path()).toString("base64");
  }
}
await first.close();

// A phone without a network: a run says so, everything else works.
let page = await visit(false, { width: 360, height: 700 });
seen.unnamed = await page.evaluate(() => [...document.querySelectorAll("button, select, input, textarea")].filter(
  (made) => !(made.labels?.length || made.textContent.trim() || made.ariaLabel)).map((made) => made.id));
await page.click("#start");
await page.waitForFunction(() => document.getElementById("run-status").textContent.includes("could not be had"));
await page.click("#unpack");
await page.waitForSelector("#unpacked:visible");
Object.assign(seen, { unpacked: await text(page, "unpacked"),
                      decimal: await page.inputValue("#decimal"), cards: [] });
for (const button of await page.$$("#cards button")) {
  await button.focus();
  await page.keyboard.press("Enter");
  seen.cards.push([await text(page, "label"), await text(page, "carries"), await text(page, "holes")]);
}
seen.notes = await page.evaluate("notes.map((note) => [note.digit, note.start, note.length])");
await (await page.$("#qr svg")).screenshot({ path: picture });
await page.close();

// A file of Pyodide's that is not what it was is not run.
page = await visit(true, { width: 800, height: 700 });
await page.route("**/python_stdlib.zip", (route) => route.fulfill({ body: "another", headers: { "access-control-allow-origin": "*" } }));
await page.click("#start");
await page.waitForFunction(() => !document.getElementById("start").disabled, null, { timeout: 60000 });
seen.changed = await text(page, "run-status");
await page.close();

// With a folder pyodide/ beside the page on a server, nothing else is asked for; a click trains fastgpt.py to the end.
const before = seen.asked;
seen.asked = [];
const types = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", json: "application/json" };
const server = createServer((request, response) => {
  const name = request.url.split("/").pop(), path = request.url.startsWith("/pyodide/") ? pyodide + "/" + name : file;
  response.writeHead(200, { "content-type": types[path.split(".").pop()] || "application/octet-stream" }).end(readFileSync(path));
}).listen(0, "127.0.0.1");
await new Promise((done) => server.on("listening", done));
const local = `http://127.0.0.1:${server.address().port}/`;
page = await visit(false, { width: 800, height: 700 }, {}, local + "index.html");
await page.click("#start");
await page.waitForFunction(() => /has finished|failed|could not/.test(document.getElementById("run-status").textContent), null, { timeout: 180000 });
seen.fast = [await text(page, "run-status"), await text(page, "log")];
seen.local = seen.asked.filter((address) => !address.startsWith(local) && !/favicon/.test(address));
seen.asked = before;
await page.close();
server.close();

// With a network: a click runs attogpt.py on a file of one's own, and another stops it.
page = await visit(true, { width: 1000, height: 900 });
await page.selectOption("#script", "attogpt.py");
await page.setInputFiles("#own", input);
await page.click("#start");
await page.waitForFunction(() => /step +12 \//.test(document.getElementById("log").textContent), null, { timeout: 120000 });
// The chart is drawn with the log, at most five times a second; if it never is, the count stays too low.
const points = () => (document.getElementById("losses").getAttribute("d").match(/[ML]/g) || []).length;
await page.waitForFunction(`(${points})() >= 11`, null, { timeout: 20000 }).catch(() => {});
seen.points = await page.evaluate(points);
await page.click("#stop");
seen.stopped = await text(page, "run-status");
seen.log = await text(page, "log");
await page.waitForTimeout(500);
seen.quiet = seen.log === await text(page, "log");

// A file that will not do, or Stop at once: nothing runs.
await page.setInputFiles("#own", { name: "bad.txt", mimeType: "text/plain", buffer: Buffer.from([0xff, 0xfe, 0, 1]) });
await page.click("#start");
await page.waitForFunction(() => !document.getElementById("start").disabled);
seen.refused = await text(page, "run-status");
await page.setInputFiles("#own", input);
await page.evaluate(() => { document.getElementById("start").click(); document.getElementById("stop").click(); });
await page.waitForTimeout(3000);                  // a run would have printed something by then
seen.idle = await page.evaluate("worker === null && $('log').textContent === '' && !$('start').disabled");
await page.focus("#start");
await page.keyboard.press("Enter");
seen.focus = await page.evaluate(() => document.activeElement.id);
await page.keyboard.press("Enter");

// Pictures dropped on the page are read in it: the symbol that was photographed above, then cards.
const read = async (files) => {
  await page.setInputFiles("#pictures", files);
  await page.waitForFunction(() => document.getElementById("pictures").disabled === false &&
    !/Fetching|Reading/.test(document.getElementById("read-status").textContent), null, { timeout: 180000 });
  return [await text(page, "read-status"), await text(page, "read-text")];
};
seen.symbol = await read([picture]);
seen.photos = await read(photos);
await page.evaluate(async (base64) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], "dropped.png", { type: "image/png" }));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
}, readFileSync(picture).toString("base64"));
await page.waitForFunction(() => /^dropped.png: a QR code/.test(document.getElementById("read-status").textContent),
                           null, { timeout: 60000 });
seen.dropped = await text(page, "read-text");

// Play twice at once, and Stop: silence.
await page.evaluate(() => { const button = document.getElementById("play"); button.click(); play(0); play(0); });
await page.waitForSelector("#keys .lit");
await page.click("#halt");
await page.waitForTimeout(1000);
seen.sounding = await page.evaluate("playing === null && $('keys').querySelector('.lit') === null");

// The song: a note lights up, one moves to another place, and stops.
await page.click("#play");
await page.waitForSelector("#keys .lit");
seen.lit = await page.getAttribute("#keys .lit", "data-digit");
await page.$eval("#seek", (slider) => { slider.value = 1000; slider.dispatchEvent(new Event("change")); });
await page.waitForFunction(() => Number(document.getElementById("seek").value) > 1001);
await page.click("#halt");
seen.lights = await page.$$eval("#keys .lit", (keys) => keys.length);
await browser.close();
console.log(JSON.stringify(seen));
