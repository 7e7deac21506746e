import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { BASE, WAYS, accessible, expect, fits, hydrated, signIn, test } from "../fixtures";

const OUTBOX = join(process.env.DATA_DIR ?? join(__dirname, "../../.data"), "outbox");

/** What the newest mail to an address links to, once the worker has carried it. */
async function link(to: string): Promise<string> {
  for (let look = 0; look < 300; look++) {
    let names: string[] = [];
    try {
      names = readdirSync(OUTBOX).filter((name) => name.endsWith(".eml")).sort().reverse();
    } catch {
      // The folder comes with the server.
    }
    for (const name of names) {
      const mail = readFileSync(join(OUTBOX, name), "utf8").replace(/=\r\n/g, "").replace(/=3D/g, "=");
      if (mail.includes(to)) {
        const found = mail.match(/https?:\/\/\S+\/convite\/[A-Za-z0-9_-]{43}/);
        if (found) return found[0];
      }
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail to ${to} in ${OUTBOX}`);
}

for (const [how, mark] of WAYS) {
  test(`somebody is invited, joins and sees a broker's share of the agency, ${how}${mark}`, async ({ page, browser, script, shape, watch }) => {
    for (const status of [403, 404, 422]) watch.expectStatus(status);
    const email = `bia.${Date.now()}.${Math.floor(Math.random() * 1e6)}@casa-azul.example`;
    await signIn(page, "davi@casa-azul.example", false);
    await page.getByRole("button", { name: /Litoral/ }).click();
    await page.goto(`${BASE}/app/settings/team`);
    if (script) await hydrated(page);
    await expect(page.locator("#seats")).toContainText("vagas de usuário");
    await page.locator("#email").fill("bia@agencia");
    await page.getByRole("button", { name: "Enviar convite" }).click();
    await expect(page.locator("#email-note")).toContainText("Digite um e-mail como");
    await page.locator("#email").fill(email);
    await page.locator("#role").selectOption("broker");
    await page.getByRole("button", { name: "Enviar convite" }).click();
    await expect(page.locator("main")).toContainText(email);
    await accessible(page);
    await fits(page);

    // A draft of the office, which is none of a broker's business.
    const title = `Rascunho do escritório ${Date.now()}`;
    await page.goto(`${BASE}/app/properties/new`);
    if (script) await hydrated(page);
    await page.locator("#title").fill(title);
    await page.getByLabel("Venda", { exact: true }).check();
    await page.locator("main form.form button[type=submit]").last().click();
    await expect(page.locator("h1")).toContainText(title);

    const address = await link(email);
    const other = await browser.newContext(shape);
    const guest = await other.newPage();
    await guest.goto(address);
    await expect(guest.locator("main")).toContainText("Litoral");
    await guest.locator("#name").fill("Bia de Souza");
    await guest.locator("#new_password").fill("curta");
    await guest.getByRole("button", { name: "Aceitar o convite" }).click();
    await expect(guest.locator("#new_password-note")).toContainText("pelo menos 15 caracteres");
    await expect(guest.locator("#name")).toHaveValue("Bia de Souza");
    await accessible(guest);
    await fits(guest);
    await guest.locator("#new_password").fill("quarta chuva na varanda");
    await guest.getByRole("button", { name: "Aceitar o convite" }).click();
    await expect(guest.locator("main")).toContainText("Convite aceito");
    await guest.locator("#email").fill(email);
    await guest.locator("#password").fill("quarta chuva na varanda");
    await guest.locator("main form button[type=submit]").click();
    await guest.waitForURL(/\/app$/);
    await guest.goto(`${BASE}/app/properties?q=${encodeURIComponent(title)}`);
    await expect(guest.locator("main .row-title", { hasText: title })).toHaveCount(0);
    await guest.goto(`${BASE}/app/properties`);
    await expect(guest.locator("main .row-title", { hasText: title })).toHaveCount(0);
    await expect(guest.locator("main a[href^='/app/properties/']").first()).toBeVisible();
    await expect(guest.locator("a[href='/app/settings/store']")).toHaveCount(0);
    const team = await guest.goto(`${BASE}/app/settings/team`);
    expect(team?.status()).toBe(403);
    // The link is good once.
    const again = await guest.goto(address);
    expect(again?.status()).toBe(404);
    await other.close();

    // Sent away, her records go to whom the owner chooses.
    await page.goto(`${BASE}/app/settings/team`);
    if (script) await hydrated(page);
    await page.locator("#members li", { hasText: email }).getByRole("link").click();
    await expect(page.locator("#heir")).toBeVisible();
    if (script) await hydrated(page);
    await accessible(page);
    await fits(page);
    await page.locator("#heir").selectOption({ index: 1 });
    await page.getByRole("button", { name: "Desativar" }).click();
    await expect(page.getByRole("button", { name: "Reativar" })).toBeVisible();
  });
}
