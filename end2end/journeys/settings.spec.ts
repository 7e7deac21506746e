import { BASE, accessible, expect, fits, hydrated, signIn, storefront, test } from "../fixtures";
import { picture } from "../pictures";

for (const [width, mark] of [["desktop", ""], ["phone", " @phone"]] as const) {
  test(`an agency says who it is and chooses its colours on a ${width}, and the site follows${mark}`, async ({ page, watch }) => {
    watch.expectStatus(422);
    await signIn(page, "davi@casa-azul.example", false);
    await page.getByRole("button", { name: /Litoral/ }).click();
    await page.goto(`${BASE}/app/settings/store`);
    await hydrated(page);
    const hero = `Da janela se vê o mar ${Date.now()}`;
    await page.locator("#hero_title").fill(hero);
    await page.locator("#phone").fill("123");
    await page.locator("main form.form button[type=submit]").click();
    await expect(page.locator("#phone-note")).toContainText("Digite um telefone com DDD");
    await expect(page.locator("#hero_title")).toHaveValue(hero);
    await page.locator("#phone").fill("13 3333-4444");
    await page.locator("main form.form button[type=submit]").click();
    await expect(page.getByText("Salvo.")).toBeInViewport();
    await expect(page.locator("#phone")).toHaveValue("(13) 3333-4444");
    await accessible(page);
    await fits(page);
    await page.getByRole("link", { name: "Marca" }).click();
    const frame = page.locator(".preview-frame");
    await expect(frame).toContainText(hero);
    const brand = () => frame.evaluate((element) => getComputedStyle(element).getPropertyValue("--brand").trim());
    await page.locator("#primary_color").fill("#FFD400");
    await expect(page.locator("main")).toContainText("se lê mal");
    // A colour that is half typed is none: the picker keeps the last.
    await page.locator("#primary_color").fill("#FFD40");
    await expect(page.locator("#primary_color + .color-pick")).toHaveValue("#ffd400");
    await page.locator("#primary_color").fill("#FFD400");
    expect(await brand()).toBe("#FFD400");
    await page.getByRole("button", { name: /Usar o tom legível/ }).first().click();
    await expect(page.locator("main")).not.toContainText("#FFD400");
    await expect(page.locator("main")).toContainText("se lê bem");
    const shade = await page.locator("#primary_color").inputValue();
    expect(await brand()).toBe(shade);
    await accessible(page);
    await fits(page);
    await page.locator("main form.form button[type=submit]").last().click();
    await expect(page.getByText("Salvo.")).toBeInViewport();
    await page.locator("input[name=logo]").setInputFiles([picture("marca.png", 12, 90, 120)]);
    await page.getByRole("button", { name: "Enviar logo" }).click();
    await expect(page.locator(".logo-row img")).toBeVisible();
    await page.goto(storefront("litoral"));
    await expect(page.locator("h1")).toHaveText(hero);
    await expect(page.locator(".store-name img")).toBeVisible();
    const used = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand").trim());
    expect(used).toBe(shade);
    await accessible(page);
    await fits(page);
  });
}

for (const [how, script, mark] of [["with", true, ""], ["without", false, " @nojs"]] as const) {
  test(`a form that was refused, corrected and saved can be saved again, ${how} JavaScript${mark}`, async ({ page, watch }) => {
    watch.expectStatus(422);
    await signIn(page, "davi@casa-azul.example", false);
    await page.getByRole("button", { name: /Litoral/ }).click();
    await page.goto(`${BASE}/app/settings/store`);
    if (script) await hydrated(page);
    const save = () => page.locator("main form.form button[type=submit]").last().click();
    const phone = page.locator("#phone");
    await phone.fill("123");
    await save();
    await expect(page.locator("#phone-note")).toContainText("Digite um telefone com DDD");
    for (const [typed, kept] of [["13 3333-4444", "(13) 3333-4444"], ["1333335555", "(13) 3333-5555"]] as const) {
      await phone.fill(typed);
      await save();
      await expect(phone).toHaveValue(kept);
      await expect(page.locator("#phone-note")).not.toContainText("Digite um telefone com DDD");
      await expect(page.locator("main")).not.toContainText("Outra pessoa salvou");
    }
    // Nothing of the draft is left; without a script the address says what was done.
    expect(new URL(page.url()).search).toBe(script ? "" : "?done=update_store");
  });
}
