import { BASE, WAYS, expect, hydrated, signIn, storefront, test } from "../fixtures";

for (const [how, mark] of WAYS) {
  test(`two agencies at once: the same words, and each finds its own, ${how}${mark}`, async ({ browser, script, shape }) => {
    const window = async () => (await browser.newContext(shape)).newPage();
    const [ana, davi] = [await window(), await window()];
    await signIn(ana, "ana@casa-azul.example", script);
    await signIn(davi, "davi@casa-azul.example", false);
    await davi.getByRole("button", { name: /Litoral/ }).click();
    if (script) await hydrated(davi);
    const now = `${Date.now()}`;
    const register = async (page: typeof ana, title: string) => {
      await page.goto(`${BASE}/app/properties/new`);
      if (script) await hydrated(page);
      await page.locator("#purposes input[value=rent]").check();
      await page.locator("#title").fill(title);
      await page.locator("main form.form button[type=submit]").last().click();
      await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
      return page.url();
    };
    const [hers, theirs] = await Promise.all([register(ana, `Casa gêmea azul ${now}`), register(davi, `Casa gêmea litoral ${now}`)]);
    for (const [page, own, other] of [[ana, "azul", "litoral"], [davi, "litoral", "azul"]] as const) {
      await page.goto(`${BASE}/app/properties?q=${encodeURIComponent(`casa gemea`)}`);
      if (script) await hydrated(page);
      await expect(page.locator("tbody")).toContainText(`Casa gêmea ${own} ${now}`);
      await expect(page.locator("tbody")).not.toContainText(`Casa gêmea ${other} ${now}`);
      await page.goto(`${BASE}/app`);
      await expect(page.locator("main")).not.toContainText(`gêmea ${other}`);
    }
    // Each asks for the other's record by its address, and it is not there.
    expect((await ana.request.get(theirs)).status()).toBe(404);
    expect((await davi.request.get(hers)).status()).toBe(404);
    // A member's cookie at a storefront changes nothing: same bytes as without.
    for (const slug of ["casa-azul", "litoral"]) {
      // Not every resolver knows names below localhost: the host is named in the request.
      const at = { headers: { host: new URL(storefront(slug)).host } };
      const [signed, plain] = [await ana.request.get(BASE, at), await (await browser.newContext()).request.get(BASE, at)];
      expect(await plain.text()).toContain(slug === "litoral" ? "Litoral" : "Casa Azul");
      expect(await signed.text()).toBe(await plain.text());
      expect(signed.headers()["set-cookie"]).toBeUndefined();
    }
  });
}
