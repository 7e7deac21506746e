import { BASE, WAYS, accessible, expect, fits, hydrated, storefront, test } from "../fixtures";
import { PASSPHRASE, linkIn, send } from "../sign_up";

for (const [how, mark] of WAYS) {
  test(`an agency signs up, answers the mail and publishes its first property, ${how}${mark}`, async ({ page, script, watch }) => {
    const name = `Imobiliária Nova ${how.length}${Date.now() % 1_000_000}`;
    const slug = name.toLowerCase().replace("á", "a").replaceAll(" ", "-");
    const email = `ana@${slug}.example`;
    await page.goto(BASE);
    await page.locator("main").getByRole("link", { name: "Criar imobiliária" }).first().click();
    await page.waitForURL(/\/cadastro$/);
    await accessible(page);
    await fits(page);

    // What is wrong is said beside the field, and nothing typed is lost.
    watch.expectStatus(422);
    await page.locator("#company_name").pressSequentially(name);
    if (script) {
      await expect(page.locator("#slug-said")).toContainText(`${slug}.localhost está livre`);
      await expect(page.locator("#slug")).toHaveValue(slug);
    }
    await page.locator("#email").fill(email);
    await page.locator("#plan input[value=k]").check();
    await send(page);
    await expect(page.locator("#terms")).toContainText("marque que concorda");
    await expect(page.locator("#company_name")).toHaveValue(name);
    await expect(page.locator("#plan input[value=k]")).toBeChecked();
    await accessible(page);
    await page.locator("#terms input").check();
    await send(page);
    await page.waitForURL(/\/cadastro\/enviado/);
    await accessible(page);
    await fits(page);

    await page.goto(await linkIn((await page.locator("main code").textContent())!));
    await expect(page.locator("main")).toContainText(`${slug}.localhost`);
    await accessible(page);
    await fits(page);
    await page.locator("#name").fill("Ana Nova");
    await page.locator("#password").fill("imobiliarianova");
    await send(page);
    await expect(page.locator("main")).toContainText("fácil de adivinhar");
    await expect(page.locator("#name")).toHaveValue("Ana Nova");
    await page.locator("#password").fill(PASSPHRASE);
    await send(page);
    // Its making is shown (`making.spec.ts` looks at it); with a script the door opens by itself.
    if (!script) {
      await page.waitForURL(/\/cadastro\/andamento/);
      const door = page.getByRole("button", { name: "Entrar na imobiliária" });
      await expect(door).toBeVisible({ timeout: 20_000 });
      await fits(page);
      await door.click();
    }
    await page.waitForURL(/\/app$/, { timeout: 20_000 });
    await expect(page.locator(".first-steps")).toContainText("0 de 6");
    await accessible(page);
    await fits(page);

    const ready = async () => { if (script) await hydrated(page); };
    await page.goto(`${BASE}/app/settings/store`);
    await ready();
    await page.locator("#creci").fill("J-12345");
    await send(page);
    await expect(page.locator("#creci")).toHaveValue("J-12345");
    await page.goto(`${BASE}/app/properties/new`);
    await ready();
    await page.locator("#purposes input[value=sale]").check();
    await page.locator("#status").selectOption("active");
    await page.locator("#sale_price").fill("750.000");
    await page.locator("#uf").selectOption("SP");
    await page.locator("#city").fill("São Paulo");
    await page.locator("#neighborhood").fill("Perdizes");
    await page.locator("#title").fill("O primeiro imóvel da casa");
    await page.locator("#description").fill("Sala ampla com sacada, dois quartos e vaga, a duas quadras do parque e do metrô.");
    await send(page);
    await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
    await ready();
    await page.getByRole("button", { name: "Publicar", exact: true }).click();
    await expect(page.getByRole("button", { name: "Tirar do site" })).toBeVisible();
    await expect(async () => {
      await page.goto(storefront(slug, "/imoveis"));
      await expect(page.locator("main")).toContainText("O primeiro imóvel da casa", { timeout: 500 });
    }).toPass({ timeout: 5_000 });
  });
}
