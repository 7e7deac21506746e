import { BASE, accessible, expect, fits, hydrated, signIn, test } from "../fixtures";

test("the palette goes, begins and finds by keys alone, and lists what one may do", async ({ page }) => {
  await signIn(page, "ana@casa-azul.example");
  await page.goto(`${BASE}/app`);
  await hydrated(page);
  const dialog = page.getByRole("dialog");
  const lines = dialog.getByRole("option");
  await page.keyboard.press("Control+k");
  await expect(dialog.getByRole("combobox")).toBeFocused();
  await expect(lines).toHaveText(["Hoje", "Imóveis", "Configurações", "Plano", "Meu perfil", "Novo imóvel"]);
  await accessible(page);
  await fits(page);
  // Without its accent, and chosen by an arrow.
  await page.keyboard.type("imove");
  await expect(lines.filter({ hasText: "Novo imóvel" })).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await expect(lines.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/app\/properties\/new$/);
  await expect(dialog).toBeHidden();
  // A property by its code.
  await page.goto(`${BASE}/app/properties`);
  await hydrated(page);
  const code = (await page.locator("tbody tr .quiet").first().innerText()).split(" ")[0];
  await page.keyboard.press("Control+k");
  await page.keyboard.type(code);
  await expect(lines.first().locator("small")).toContainText(code);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
  await expect(page.locator("main")).toContainText(code);
  // One Esc closes it, whatever has been typed.
  await page.goto(`${BASE}/app`);
  await hydrated(page);
  await page.keyboard.press("Control+k");
  await expect(lines).toHaveCount(6);
  await page.keyboard.type("nada disso");
  await expect(lines).toHaveText(["Buscar “nada disso” em Imóveis"]);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  // What is typed elsewhere stays what it is.
  await page.goto(`${BASE}/app/properties`);
  await hydrated(page);
  await page.keyboard.press("/");
  const search = page.locator("#content input[name=q]");
  await expect(search).toBeFocused();
  await page.keyboard.type("a/b?");
  await expect(search).toHaveValue("a/b?");
  await expect(dialog).toBeHidden();
  await search.blur();
  await page.keyboard.press("?");
  await expect(dialog).toContainText("Atalhos do teclado");
  await accessible(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  // By the pointer, from the rail.
  await page.locator(".rail-find").click();
  await expect(dialog.getByRole("combobox")).toBeFocused();
});

test("the palette offers nobody what they may not do", async ({ page }) => {
  await signIn(page, "carla@casa-azul.example");
  await page.goto(`${BASE}/app`);
  await hydrated(page);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("option")).toHaveText(["Hoje", "Imóveis", "Meu perfil", "Novo imóvel"]);
});

test("where there is no program the rail leads to the search @nojs", async ({ page }) => {
  await signIn(page, "ana@casa-azul.example", false);
  await page.goto(`${BASE}/app`);
  await page.locator(".rail-find").click();
  await page.waitForURL(/\/app\/properties$/);
});
