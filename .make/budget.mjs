// What a first visit downloads, compressed as it is served: the build fails above.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const site = process.argv[2];
const size = (file) => brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const pkg = join(site, "pkg");
const built = readdirSync(pkg).filter((f) => /\.(wasm|js|css)$/.test(f)).map((f) => join(pkg, f));
const newest = (ending) => built.filter((f) => f.endsWith(ending)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs).slice(0, 1);
const enhancements = readdirSync(site).filter((f) => /^site.*\.js$/.test(f)).map((f) => join(site, f));

const budgets = [
  ["CRM: WASM and its glue", [...newest(".wasm"), ...newest(".js")], 350_000],
  ["storefront: CSS", newest(".css"), 20_000],
  ["storefront: JavaScript", enhancements, 15_000],
];
let over = 0;
for (const [name, files, limit] of budgets) {
  const total = files.map(size).reduce((a, b) => a + b, 0);
  const empty = files.length === 0 && limit !== 15_000;
  if (total > limit || empty) over += 1;
  console.log(`  ${name}: ${(total / 1000).toFixed(1)} kB of ${limit / 1000} kB${empty ? " (nothing was built)" : total > limit ? "  OVER" : ""}`);
}
process.exit(over === 0 ? 0 : 1);
