import { BASE, accessible, expect, fits, hydrated, signIn, signInOperator, test, WAYS } from "../fixtures";

for (const [way, mark] of WAYS) {
  test(`an owner finds who changed what and takes a copy along, ${way}${mark}`, async ({ page, script }) => {
    await signIn(page, "ana@casa-azul.example", script);
    await page.goto(`${BASE}/app/settings/audit`);
    if (script) await hydrated(page);
    await expect(page.locator("h1")).toHaveText("Auditoria");
    await expect(page.locator("ol.rows")).toContainText("entrou no sistema");
    await accessible(page);
    await fits(page);
    const fold = page.locator("label[for=filters]");
    if (await fold.isVisible()) await fold.click();
    await page.locator("select[name=action]").selectOption("session.open");
    await page.locator("main form.search-bar button[type=submit]").click();
    await page.waitForURL(/action=session\.open/);
    const line = page.locator("ol.rows > li").first();
    await expect(line).toContainText("entrou no sistema");
    await line.locator("summary").click();
    await expect(line.locator("dl")).toContainText("session.open");
    await accessible(page);
    await fits(page);
    // What was there before and what is there now stand under their names.
    await page.goto(`${BASE}/app/settings/audit?action=property.update`);
    const change = page.locator("ol.rows > li", { has: page.locator("tbody") }).first();
    await change.locator("summary").click();
    const left = async (part: string) => (await change.locator(part).last().boundingBox())!.x;
    expect(await left("tbody td")).toBe(await left("thead th"));
    await accessible(page);
    await fits(page);
    const [copy] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Exportar CSV" }).click()]);
    expect(copy.suggestedFilename()).toBe("auditoria.csv");
    await page.goto(`${BASE}/app/settings/audit?action=audit.export`);
    await expect(page.locator("ol.rows > li").first()).toContainText("exportou a auditoria");
  });
}

test("an operator looks over every agency's log, and the agency's owner sees it", async ({ page, browser, shape }) => {
  await signInOperator(page);
  await page.getByRole("link", { name: "Auditoria" }).click();
  await expect(page.locator("h1")).toHaveText("Auditoria");
  await accessible(page);
  await fits(page);
  await page.goto(`${BASE}/platform/audit?agency=casa-azul`);
  await expect(page.locator("ol.rows > li").first()).toContainText("Casa Azul");
  const owner = await (await browser.newContext(shape)).newPage();
  await signIn(owner, "ana@casa-azul.example");
  await owner.goto(`${BASE}/app/settings/audit?action=audit.read`);
  await expect(owner.locator("ol.rows > li").first()).toContainText("consultou a auditoria da imobiliária");
});
