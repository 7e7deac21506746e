import { BASE, accessible, expect, fits, hydrated, PASSWORD, signIn, test } from "../fixtures";
import type { Browser, Page } from "@playwright/test";

/** Ends every other session of this person, from another browser. */
async function endElsewhere(browser: Browser, email: string) {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, email, false);
  await page.goto(`${BASE}/app/profile`);
  while ((await page.getByRole("button", { name: "Encerrar" }).count()) > 0) {
    await page.getByRole("button", { name: "Encerrar" }).first().click();
    await page.waitForURL(/\/app\/profile/);
  }
  await page.context().close();
}

for (const [width, mark] of [["desktop", ""], ["phone", " @phone"]] as const) {
  test(`a session ends in the middle of a form on a ${width}: a dialog asks for the password and the form is saved${mark}`, async ({ page, browser, watch }) => {
    watch.expectStatus(401);
    watch.expectStatus(422);
    await signIn(page, "bruno@casa-azul.example");
    await page.goto(`${BASE}/app/properties/new`);
    await hydrated(page);
    const title = `Sobrado geminado ${Date.now()}`;
    await page.locator("#purposes input[value=sale]").check();
    await page.locator("#title").fill(title);
    await endElsewhere(browser, "bruno@casa-azul.example");
    await page.locator("main form.form button[type=submit]").last().click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("Sua sessão terminou");
    await accessible(page);
    await fits(page);
    await dialog.locator("#password").fill("not the password");
    await dialog.getByRole("button", { name: "Entrar" }).click();
    await expect(dialog).toContainText("A senha não confere.");
    // Closed and asked again, it knows neither the password nor what was wrong with it.
    await dialog.getByRole("button", { name: "Cancelar" }).click();
    await expect(dialog).toBeHidden();
    await page.locator("main form.form button[type=submit]").last().click();
    await expect(dialog).toBeVisible();
    await expect(dialog.locator("#password")).toHaveValue("");
    await expect(dialog).not.toContainText("A senha não confere.");
    await dialog.locator("#password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Entrar" }).click();
    await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
    await expect(page.locator("h1")).toHaveText(title);
  });
}

test("a session ends in the middle of a form without JavaScript: it stands there again after signing in @nojs", async ({ page, browser, watch }) => {
  watch.expectStatus(401);
  watch.expectStatus(422);
  await signIn(page, "davi@casa-azul.example", false);
  await page.getByRole("button", { name: /Casa Azul/ }).click();
  await page.goto(`${BASE}/app/properties/new`);
  const title = `Chácara no fim da rua ${Date.now()}`;
  await page.locator("#purposes input[value=rent]").check();
  await page.locator("#title").fill(title);
  await page.locator("#description").fill("Linha um\nLinha <dois>");
  // From another browser: davi has two agencies, so the list of sessions is behind the choice.
  const other = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(other, "davi@casa-azul.example", false);
  await other.getByRole("button", { name: /Casa Azul/ }).click();
  await other.goto(`${BASE}/app/profile`);
  while ((await other.getByRole("button", { name: "Encerrar" }).count()) > 0) {
    await other.getByRole("button", { name: "Encerrar" }).first().click();
    await other.waitForURL(/\/app\/profile/);
  }
  await page.locator("main form.form button[type=submit]").last().click();
  await expect(page.locator("h1")).toHaveText("Entrar");
  await expect(page.locator("main")).toContainText("o formulário volta como você o deixou");
  await page.locator("#email").fill("davi@casa-azul.example");
  await page.locator("#password").fill("not the password");
  await page.locator("main form button[type=submit]").click();
  await expect(page.locator("#password-note")).toContainText("E-mail ou senha não conferem.");
  await expect(page.locator("#email")).toHaveValue("davi@casa-azul.example");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL(/\/app\/properties\/new\?draft=/);
  await expect(page.locator("#title")).toHaveValue(title);
  await expect(page.locator("#description")).toHaveValue("Linha um\nLinha <dois>");
  await expect(page.locator("#purposes input[value=rent]")).toBeChecked();
  await page.locator("main form.form button[type=submit]").last().click();
  await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
  await expect(page.locator("h1")).toHaveText(title);
});

/** AUTH-17: signs in, looks at a list, signs out there and goes back: the door, and nothing of what was behind it. */
async function goBackAfterSigningOut(page: Page, script: boolean) {
  await signIn(page, "carla@casa-azul.example", script);
  await page.goto(`${BASE}/app/properties`);
  if (script) await hydrated(page);
  const rows = await page.locator("tbody tr").allInnerTexts();
  const shown = rows.map((row) => row.match(/[A-Z]{2}\d{4,6}/)?.[0]).filter((code): code is string => code !== undefined);
  expect(shown.length).toBeGreaterThan(0);
  await page.goto(`${BASE}/app/profile`);
  await page.goto(`${BASE}/app/properties`);
  if (script) await hydrated(page);
  await expect(page.locator("tbody tr").first()).toContainText(shown[0]!);
  await page.locator("form[action='/sair'] button").first().click();
  await page.waitForURL(/\/entrar$/);
  // As often as there is something behind: the list, the profile, and the list once more.
  for (let step = 0; step < 3; step++) {
    await page.goBack();
    await expect(page.locator("h1")).toHaveText("Entrar");
    await expect(page.locator("tbody tr")).toHaveCount(0);
    const text = await page.content();
    for (const code of shown) expect(text).not.toContain(code);
  }
}

test("after_signing_out_the_back_button_shows_nothing", async ({ page, watch }) => {
  watch.expectStatus(401);
  await goBackAfterSigningOut(page, true);
});

test("after signing out the Back button shows nothing without JavaScript either @nojs", async ({ page, watch }) => {
  watch.expectStatus(401);
  await goBackAfterSigningOut(page, false);
});
