import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

// What `server/tests/it/edge.rs` walks: every host is found at its edge, and what its authority signs with is trusted.
const { launchOptions, ...use } = base.use!;
const args = launchOptions!.args!.filter((arg) => !arg.startsWith("--host-resolver-rules"));
args.push(`--host-resolver-rules=MAP * ${process.env.EDGE_ADDR}`, `--ignore-certificate-errors-spki-list=${process.env.EDGE_PIN}`);

export default defineConfig({
  ...base,
  testDir: "./edge",
  // Its own: each run empties its folder, and the journeys may be under way.
  outputDir: "./edge-results",
  timeout: 180_000,
  use: { ...use, launchOptions: { ...launchOptions, args } },
  projects: base.projects!.filter((project) => project.name === "desktop"),
});
