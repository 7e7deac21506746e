import { randomUUID } from "node:crypto";
import { BASE, WAYS, accessible, expect, fits, hydrated, signIn, test } from "../fixtures";

for (const [how, mark] of WAYS) {
  test(`the plan's last place is taken, and the next is refused with figures and a way on, ${how}${mark}`, async ({ page, watch, script }) => {
    watch.expectStatus(403);
    await signIn(page, "helena@horizonte.example", script);
    const headers = { origin: BASE, "sec-fetch-site": "same-origin", accept: "application/json" };
    const form = () => ({ id: randomUUID(), type: "house", usage: "residential", "purposes[]": "sale", status: "draft", title: "Lote de teste" });
    // Whoever came here before may have taken some of them.
    for (let n = 0, full = false; n < 101 && !full; n++) {
      const answer = await page.request.post(`${BASE}/fn/properties/create`, { headers, form: form(), maxRedirects: 0 });
      full = answer.status() === 403;
      if (full) expect((await answer.json()).data).toMatchObject({ current: 100, max: 100, upgrade: "/app/settings/plan" });
      else expect(answer.status()).toBe(200);
    }
    await page.goto(`${BASE}/app/properties/new`);
    if (script) await hydrated(page);
    await page.locator("#purposes input[value=sale]").check();
    await page.locator("#title").fill("A centésima primeira");
    await page.locator("main form.form button[type=submit]").last().click();
    await expect(page.locator(".alert-bad")).toContainText("100");
    await expect(page.locator("#title")).toHaveValue("A centésima primeira");
    await fits(page);
    if (script) await accessible(page);
    await page.locator(".alert-bad a").click();
    await page.waitForURL(/\/app\/settings\/plan/);
    await expect(page.locator("main")).toContainText("100 de 100");
    await fits(page);
    if (script) await accessible(page);
  });
}
