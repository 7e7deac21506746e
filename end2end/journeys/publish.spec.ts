import { closeSync, mkdtempSync, openSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { BASE, accessible, expect, fits, hydrated, ownDomain, signIn, storefront, test } from "../fixtures";
import { picture } from "../pictures";
import type { Page } from "@playwright/test";

/** A file of 251 MiB that takes no room: all of it is a hole. */
const heavy = join(mkdtempSync(join(tmpdir(), "sobrado-")), "enorme.png");
test.beforeAll(() => {
  closeSync(openSync(heavy, "w"));
  truncateSync(heavy, 251 * 1024 * 1024);
});
test.afterAll(() => rmSync(dirname(heavy), { recursive: true }));

const named = () => `Apartamento com sacada ${Date.now()}${Math.floor(Math.random() * 1000)}`;
const save = (page: Page) => page.locator("main form.form button[type=submit]").last().click();

/** What the form of a property that is to be published wants. */
async function fill(page: Page, title: string) {
  await page.locator("#purposes input[value=sale]").check();
  await page.locator("#status").selectOption("active");
  await page.locator("#sale_price").fill("750.000");
  await page.locator("#uf").selectOption("SP");
  await page.locator("#city").fill("São Paulo");
  await page.locator("#neighborhood").fill("Perdizes");
  await page.locator("#bedrooms").fill("2");
  await page.locator("#title").fill(title);
  await page.locator("#description").fill("Sala ampla com sacada, dois quartos e vaga, a duas quadras do parque e do metrô.");
}

for (const [width, mark] of [["desktop", ""], ["phone", " @phone"]] as const) {
  test(`first day on a ${width}: register with photographs, publish, find it on the site and on the agency's own domain${mark}`, async ({ page }) => {
    await signIn(page, "carla@casa-azul.example");
    await page.goto(`${BASE}/app/properties/new`);
    await hydrated(page);
    const title = named();
    const list = page.locator(".columns .aside");
    await expect(list).toContainText("Descrição");
    await fill(page, title);
    // The list beside the form follows what is typed.
    await expect(list).toContainText("Pronto para publicar.");
    await page.locator("#title").fill("Curto");
    await expect(list).toContainText("Título");
    await page.locator("#title").fill(title);
    await expect(list).toContainText("Pronto para publicar.");
    await accessible(page);
    await fits(page);
    await save(page);
    await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
    await page.getByRole("link", { name: "Fotos", exact: true }).click();
    await page.waitForURL(/\/photos$/);
    // More than fits at once is said before it is sent.
    await page.locator("input[type=file]").setInputFiles(heavy);
    await page.locator("form.upload button").click();
    await expect(page.locator(".alert-bad")).toContainText("Volte e envie em partes.");
    await expect(page.locator(".photo-card")).toHaveCount(0);
    const shades = [40, 90, 140, 190, 240];
    await page.locator("input[type=file]").setInputFiles(shades.map((shade, at) => picture(`foto-${at + 1}.png`, shade, 120, 160)));
    await page.locator("form.upload button").click();
    await expect(page.locator(".photo-card img")).toHaveCount(5, { timeout: 30_000 });
    await page.locator(".photo-card").nth(1).getByRole("button", { name: "Usar como capa" }).click();
    await expect(page.locator(".photo-card").nth(1)).toContainText("Capa");
    // The last is dragged before the first; without a mouse the arrows do it.
    const order = () => page.locator(".photo-card img").evaluateAll((all) => all.map((img) => img.getAttribute("src")));
    const before = await order();
    if (width === "desktop") await page.locator(".photo-card").nth(4).locator("img").dragTo(page.locator(".photo-card").nth(0));
    else {
      for (let at = 4; at > 0; at--) {
        const [from, to] = [(await order())[at], at - 1];
        await page.locator(".photo-card").nth(at).getByRole("button", { name: "Mover para antes" }).click();
        await expect.poll(async () => (await order())[to]).toBe(from);
      }
    }
    await expect.poll(order).toEqual([before[4], ...before.slice(0, 4)]);
    await page.locator(".photo-card").nth(0).locator("input[name=alt]").fill("Sala com sacada");
    await page.locator(".photo-card").nth(0).getByRole("button", { name: "Salvar" }).click();
    await accessible(page);
    await fits(page);
    await page.goto(page.url().replace(/\/photos$/, ""));
    await hydrated(page);
    await page.getByRole("button", { name: "Publicar", exact: true }).click();
    await expect(page.getByRole("button", { name: "Tirar do site" })).toBeVisible();
    for (const site of [storefront("casa-azul"), ownDomain()]) {
      const found = new URL("/imoveis", site);
      found.searchParams.set("q", title);
      await page.goto(found.href);
      await expect(page.locator(".tile")).toHaveCount(1);
      await accessible(page);
      await page.locator(".tile h3 a").click();
      await expect(page.locator("h1")).toHaveText(title);
      await expect(page.locator(".gallery-strip img")).toHaveCount(5);
      await expect(page.locator(".offer")).toContainText("R$ 750.000");
      await accessible(page);
      await fits(page);
    }
    await page.goto(`${BASE}/app/properties?q=${encodeURIComponent(title)}`);
    await hydrated(page);
    await page.locator(".row-title").click();
    await page.getByRole("button", { name: "Tirar do site" }).click();
    await expect(page.getByRole("button", { name: "Publicar", exact: true })).toBeVisible();
    const gone = new URL("/imoveis", storefront("casa-azul"));
    gone.searchParams.set("q", title);
    await page.goto(gone.href);
    await expect(page.locator(".empty")).toContainText("Nenhum imóvel");
  });
}

test("first day without JavaScript: register with photographs, publish, find it on the site @nojs", async ({ page }) => {
  await signIn(page, "carla@casa-azul.example", false);
  await page.goto(`${BASE}/app/properties/new`);
  const title = named();
  await fill(page, title);
  await save(page);
  await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
  await page.getByRole("link", { name: "Fotos", exact: true }).click();
  await page.locator("input[type=file]").setInputFiles([picture("um.png", 10, 60, 90), picture("dois.png", 90, 60, 10), picture("tres.png", 60, 90, 10)]);
  await page.locator("form.upload button").click();
  await expect(async () => {
    await page.reload();
    await expect(page.locator(".photo-card img")).toHaveCount(3, { timeout: 500 });
  }).toPass({ timeout: 30_000 });
  const last = page.locator(".photo-card").nth(2);
  await expect(last.getByRole("button", { name: "Sim, remover" })).toBeHidden();
  await last.locator("summary").click();
  await last.getByRole("button", { name: "Sim, remover" }).click();
  await expect(page.locator(".photo-card img")).toHaveCount(2);
  await page.locator("input[type=file]").setInputFiles([{ name: "nota.png", mimeType: "image/png", buffer: Buffer.from("not a picture") }]);
  await page.locator("form.upload button").click();
  await expect(page.locator(".alert-bad")).toContainText("nota.png");
  await page.goto(page.url().replace(/\/photos.*$/, ""));
  await page.getByRole("button", { name: "Publicar", exact: true }).click();
  await expect(page.getByRole("button", { name: "Tirar do site" })).toBeVisible();
  for (const site of [storefront("casa-azul"), ownDomain()]) {
    await page.goto(`${site}imoveis`);
    const form = page.locator("form.store-search");
    await form.locator("input[name=q]").fill(title);
    await form.getByRole("button", { name: "Buscar" }).click();
    await expect(page.locator(".tile")).toHaveCount(1);
    await page.locator(".tile h3 a").click();
    await expect(page.locator("h1")).toHaveText(title);
    await expect(page.locator(".gallery-strip img")).toHaveCount(2);
    await fits(page);
  }
});
