import { defineConfig, devices } from "@playwright/test";

// One worker: the journeys share an installation and a machine of two cores. No retries: a flake is a defect.
export default defineConfig({
  testDir: "./journeys",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 1,
  retries: 0,
  forbidOnly: !!process.env.CI,
  reporter: [["line"]],
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:3000",
    browserName: "chromium",
    locale: "pt-BR",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP *.example 127.0.0.1",
      ],
    },
  },
  projects: [
    { name: "desktop", use: { ...devices["Desktop Chrome"], channel: undefined, viewport: { width: 1280, height: 900 } }, grepInvert: /@nojs|@phone/ },
    { name: "phone", use: { ...devices["Desktop Chrome"], channel: undefined, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, grep: /@phone/ },
    { name: "nojs", use: { ...devices["Desktop Chrome"], channel: undefined, javaScriptEnabled: false }, grep: /@nojs/ },
  ],
});
