import { BASE, WAYS, accessible, expect, fits, hydrated, signIn, test } from "../fixtures";

for (const [how, mark] of WAYS) {
  test(`the list is narrowed by its form, a chip takes a filter back, and the address keeps it all, ${how}${mark}`, async ({ page, script }) => {
    await signIn(page, "carla@casa-azul.example", script);
    await page.goto(`${BASE}/app/properties`);
    if (script) await hydrated(page);
    const form = page.locator("form.search-bar");
    const total = async () => Number((await page.locator(".pager span").innerText()).match(/^[\d.]+/)?.[0].replace(".", ""));
    // Without JavaScript the browser writes every field into the address: those that are empty or as they begin say nothing.
    const asked = () => [...new URL(page.url()).searchParams].filter(([, value]) => !["", "newest"].includes(value)).sort();
    const all = await total();
    // On a phone the form is folded away.
    const unfold = async () => {
      if (!(await form.isVisible())) await page.locator("label.fold-label").click();
    };
    await unfold();
    await form.locator("select[name=type]").selectOption("apartment");
    await form.locator("select[name=status]").selectOption("active");
    await form.locator("input[name=bedrooms]").fill("2");
    await form.getByRole("button", { name: "Filtrar" }).click();
    await expect(page.locator(".chip")).toHaveCount(3);
    expect(asked()).toEqual([["bedrooms", "2"], ["status", "active"], ["type", "apartment"]]);
    const some = await total();
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(all);
    await expect(page.locator("tbody tr")).toHaveCount(Math.min(some, 25));
    await fits(page);
    if (script) await accessible(page);
    await page.locator(".chip", { hasText: "Ativo" }).click();
    await expect(page.locator(".chip")).toHaveCount(2);
    expect(asked()).toEqual([["bedrooms", "2"], ["type", "apartment"]]);
    await unfold();
    await expect(form.locator("select[name=type]")).toHaveValue("apartment");
    await expect(form.locator("select[name=status]")).toHaveValue("");
    await form.locator("input[name=min_price]").fill("999.000.000");
    await form.getByRole("button", { name: "Filtrar" }).click();
    await expect(page.locator(".chip")).toHaveCount(3);
    await expect(page.locator("tbody tr")).toHaveCount(0);
    await expect(page.locator(".empty")).toBeVisible();
    await fits(page);
    await page.goBack();
    await expect(page.locator(".chip")).toHaveCount(2);
  });
}
