import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type BrowserContextOptions, type Page } from "@playwright/test";

export const BASE = process.env.BASE_URL ?? "http://localhost:3000";
export const PASSWORD = "sobrado-demo-2026";

/** An agency's storefront: its place under the platform's host. */
export const storefront = (slug: string, path = "/") => BASE.replace("://", `://${slug}.`) + path;
/** A custom domain, which the browser is told to find on this machine: the demo's, where a journey has none of its own. */
export const ownDomain = (path = "/") => (process.env.OWN_DOMAIN ?? `http://www.casa-azul.example:${new URL(BASE).port}`) + path;

/** The three ways that a journey is walked: its words, and the mark that `playwright.config.ts` chooses by. */
export const WAYS = [["on a desktop", ""], ["on a phone", " @phone"], ["without JavaScript", " @nojs"]] as const;

/** Whether a request is for the product: the platform's host, those under it, and the custom domain. */
const isOurs = (address: string) => {
  const { hostname } = new URL(address);
  const platform = new URL(BASE).hostname;
  return hostname === platform || hostname.endsWith(`.${platform}`) || hostname === new URL(ownDomain()).hostname;
};

type Watch = {
  expectStatus: (status: number) => void;
  /** What has been asked of others so far. Whoever looks has noticed: it is not held against the journey any more. */
  elsewhere: () => string[];
};
/** How this journey is walked: whether scripts run, and the shape of every window that it opens for somebody else. */
type Way = { script: boolean; shape: BrowserContextOptions };

/** Pages, of whatever window, whose console errors, failed requests, requests to others and policy violations fail the test. What is meant is said first. */
export const test = base.extend<{ watch: Watch } & Way>({
  script: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
  shape: async ({ javaScriptEnabled, viewport, hasTouch, isMobile, userAgent }, use) =>
    use({ javaScriptEnabled, viewport, hasTouch, isMobile, userAgent }),
  watch: [
    async ({ browser, context }, use, info) => {
      const wrong: string[] = [];
      const elsewhere: string[] = [];
      const expected = new Set<number>();
      const listen = (isStill: boolean) => (page: Page) => {
        // HDR-10: whatever a page asks for, it asks the product for.
        const ask = (address: string) => {
          if (/^(http|ws)s?:/.test(address) && !isOurs(address)) elsewhere.push(address);
        };
        page.on("request", (request) => ask(request.url()));
        page.on("websocket", (socket) => ask(socket.url()));
        page.on("console", (message) => {
          if (message.type() !== "error") return;
          if ([...expected].some((status) => message.text().includes(`status of ${status}`))) return;
          wrong.push(`console: ${message.text()}`);
        });
        page.on("pageerror", (error) => wrong.push(`page: ${error}`));
        page.on("requestfailed", (request) => {
          const reason = request.failure()?.errorText ?? "";
          // A browser whose scripts are switched off refuses to preload one: that is not our policy speaking.
          if (isStill && reason === "csp") return;
          if (!reason.includes("ERR_ABORTED")) wrong.push(`failed: ${request.url()} ${reason}`);
        });
        page.on("response", (response) => {
          if (response.status() >= 400 && !expected.has(response.status())) wrong.push(`${response.status()}: ${response.url()}`);
        });
      };
      context.on("page", listen(info.project.name === "nojs"));
      // A journey of two people opens windows of its own: they are heard too.
      const open = browser.newContext.bind(browser);
      browser.newContext = async (options) => {
        const another = await open(options);
        another.on("page", listen(options?.javaScriptEnabled === false));
        return another;
      };
      await use({ expectStatus: (status) => void expected.add(status), elsewhere: () => elsewhere.splice(0) });
      browser.newContext = open;
      expect(wrong).toEqual([]);
      expect(elsewhere, "asked of others").toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until the page answers to clicks; without JavaScript it always does. */
export async function hydrated(page: Page) {
  // A page without the program is as it is.
  if ((await page.locator("script[type=module]").count()) === 0) return;
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

/** Signs in; the sign-in page needs no JavaScript, the CRM behind it may be asked to have taken over. */
export async function signIn(page: Page, email: string, javascript = true) {
  await page.goto(`${BASE}/entrar`);
  await page.locator("input[name=email]").fill(email);
  await page.locator("input[name=password]").fill(PASSWORD);
  await page.locator("main form button[type=submit]").first().click();
  await page.waitForURL(/\/app|\/entrar\/agencia/);
  if (javascript) await hydrated(page);
}

/** Signs the demo's operator in, on the way to the list of agencies. */
export async function signInOperator(page: Page) {
  await page.goto(`${BASE}/platform/tenants`);
  await page.locator("#email").fill("operador@sobrado.example");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main form button[type=submit]").click();
  await expect(page.locator("h1")).toHaveText("Imobiliárias");
}

/** WCAG 2.2 AA and good practice, as far as a machine can tell. */
export async function accessible(page: Page) {
  // It is a script itself: what is the same page with scripts is looked at there.
  if (base.info().project.name === "nojs") return;
  const result = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  expect(result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" | ")}`)).toEqual([]);
}

/** Nothing sticks out sideways. */
export async function fits(page: Page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over).toBeLessThanOrEqual(0);
}

export { expect };
