import { BASE, PASSWORD, WAYS, accessible, expect, fits, signIn, test } from "../fixtures";
import { code } from "../phone";
import type { Page } from "@playwright/test";

const WHO = "igor@horizonte.example";

async function signOut(page: Page) {
  await page.goto(`${BASE}/sair`);
  await page.getByRole("button", { name: "Sair" }).click();
  await expect(page.locator("h1")).toHaveText("Entrar");
}

/** The password, up to the page that asks for the code. */
async function halfway(page: Page) {
  await page.goto(`${BASE}/entrar`);
  await page.locator("#email").fill(WHO);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL(/\/entrar\/codigo/);
}

async function give(page: Page, typed: string) {
  await page.locator("#second_factor").fill(typed);
  await page.locator("main form button[type=submit]").click();
}

for (const [way, mark] of WAYS) {
  test(`a broker turns the second factor on, signs in with it and with a recovery code, and gives it up ${way}${mark}`, async ({ page, script, watch }) => {
    watch.expectStatus(422);
    await signIn(page, WHO, script);
    await page.goto(`${BASE}/app/profile`);
    await page.getByRole("link", { name: "Verificação em duas etapas" }).click();
    await expect(page.locator("main")).toContainText("Desativada.");
    await accessible(page);
    await page.getByRole("button", { name: "Ativar", exact: true }).click();
    await expect(page.getByRole("img", { name: /Código QR/ })).toBeVisible();
    const letters = await page.locator("#letters").innerText();
    await accessible(page);
    await fits(page);
    await page.locator("#second_factor").fill("não sei");
    await page.getByRole("button", { name: "Confirmar e ativar" }).click();
    await expect(page.locator("#second_factor-note")).toContainText("O código não confere");
    await page.locator("#second_factor").fill(code(letters));
    await page.getByRole("button", { name: "Confirmar e ativar" }).click();
    await expect(page.locator(".codes li")).toHaveCount(10);
    const recovery = await page.locator(".codes li").allInnerTexts();
    await accessible(page);
    await fits(page);
    await page.reload();
    await expect(page.locator(".codes li")).toHaveCount(0);

    await signOut(page);
    await halfway(page);
    await accessible(page);
    await fits(page);
    // Between the two steps nothing is open.
    await page.goto(`${BASE}/app`);
    await expect(page.locator("h1")).toHaveText("Entrar");
    await halfway(page);
    await give(page, "não sei");
    await expect(page.locator("#second_factor-note")).toContainText("O código não confere");
    // The code of this half minute has been used: the next one is good already.
    await give(page, code(letters, 1));
    await page.waitForURL(`${BASE}/app`);

    await signOut(page);
    await halfway(page);
    await give(page, recovery[0].toUpperCase());
    await page.waitForURL(`${BASE}/app`);
    await signOut(page);
    await halfway(page);
    await give(page, recovery[0]);
    await expect(page.locator("#second_factor-note")).toContainText("já foi usado");
    await give(page, recovery[1]);
    await page.waitForURL(`${BASE}/app`);

    await page.goto(`${BASE}/app/profile/security`);
    await expect(page.locator("main")).toContainText("Restam 8 códigos de recuperação.");
    await page.locator("#password").fill(PASSWORD);
    await page.locator("#second_factor").fill(recovery[2]);
    await page.getByRole("button", { name: "Desativar" }).click();
    await expect(page.locator("main")).toContainText("Desativada.");
    await signOut(page);
    await signIn(page, WHO, script);
  });
}
