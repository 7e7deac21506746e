// What a first visit downloads, compressed as it is served: the build fails above.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const site = process.argv[2];
const pkg = join(site, "pkg");
const size = (file) => brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const sum = (files) => files.map(size).reduce((a, b) => a + b, 0);
const built = (pattern) => readdirSync(pkg).filter((name) => pattern.test(name)).map((name) => join(pkg, name));

// The program itself, and what a page of its own adds to it: the manifest says which chunks that are.
const program = sum([...built(/^sobrado\.[^.]+\.wasm$/), ...built(/\.js$/)]);
const manifest = built(/manifest.*\.json$/);
const pages = manifest.length === 1 ? Object.entries(JSON.parse(readFileSync(manifest[0], "utf8"))) : [];
const rows = [
  ["CRM: the program", program, 350_000],
  ...pages.map(([name, chunks]) => [
    `CRM: ${name.replace(/^__lazy_|_view_\d+$/g, "").replaceAll("_", " ")}`,
    program + sum(chunks.map((chunk) => join(pkg, `${chunk}.wasm`))),
    350_000,
  ]),
  ["storefront: CSS", sum(built(/\.css$/)), 20_000],
  ["storefront: JavaScript", sum(readdirSync(site).filter((f) => /^site.*\.js$/.test(f)).map((f) => join(site, f))), 15_000],
];
let over = pages.length === 0 ? 1 : 0;
for (const [name, total, limit] of rows) {
  const missing = total === 0 && limit !== 15_000;
  if (total > limit || missing) over += 1;
  console.log(`  ${name}: ${(total / 1000).toFixed(1)} kB of ${limit / 1000} kB${missing ? " (nothing was built)" : total > limit ? "  OVER" : ""}`);
}
process.exit(over === 0 ? 0 : 1);
