import { BASE, WAYS, accessible, expect, fits, hydrated, signIn, test } from "../fixtures";

// The DNS of this journey is the machine's own: nobody there knows the name, so the claim waits. How it is proven and served
// over https is walked by `edge/domain.spec.ts`, through a DNS and an authority that `server/tests/it/edge.rs` has.
// Each way has an agency of its own: one claims three domains an hour.
const PEOPLE = ["ana@casa-azul.example", "helena@horizonte.example", "davi@casa-azul.example"];
for (const [at, [how, mark]] of WAYS.entries()) {
  test(`a domain is claimed, explained and let go of ${how}${mark}`, async ({ page, watch, script }) => {
    test.slow();
    watch.expectStatus(422);
    watch.expectStatus(429);
    await signIn(page, PEOPLE[at], false);
    if (at === 2) await page.getByRole("button", { name: /Litoral/ }).click();
    await page.goto(`${BASE}/app/settings/domains`);
    if (script) await hydrated(page);
    await expect(page.locator("h1")).toHaveText("Domínios");
    await accessible(page);
    await fits(page);
    const host = `www.litoral-${Date.now()}.com.br`;
    await page.locator("#host").fill("com.br");
    await page.getByRole("button", { name: "Adicionar domínio" }).click();
    await expect(page.locator("#host-note")).toContainText("não pode ser de ninguém");
    await expect(page.locator("#host")).toHaveValue("com.br");
    await page.locator("#host").fill(host);
    await page.getByRole("button", { name: "Adicionar domínio" }).click();
    const row = page.locator("li.domain", { hasText: host }).last();
    await expect(row).toContainText("aguardando o DNS");
    await expect(row).toContainText(`_sobrado-verify.${host}`);
    await expect(row).toContainText(/sobrado-verify=[0-9a-f]{32}/);
    await expect(row).toContainText("CNAME");
    await accessible(page);
    await fits(page);
    await row.locator("summary").click();
    await row.getByRole("checkbox").check();
    await row.getByRole("button", { name: "Soltar domínio" }).click();
    await expect(page.locator("main")).not.toContainText(host);
    await fits(page);
  });
}
