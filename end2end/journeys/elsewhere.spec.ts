import { BASE, expect, hydrated, ownDomain, signIn, storefront, test } from "../fixtures";

// HDR-10. That nobody else is asked holds for every journey (`fixtures.ts`); here for one page of each kind, and that it is noticed.
test("no_page_asks_anybody_else_and_one_that_did_would_be_heard", async ({ page, context, watch }) => {
  const found = await page.goto(storefront("casa-azul", "/imoveis"));
  expect(found?.status()).toBe(200);
  const listing = await page.locator("a[href^='/imovel/']").first().getAttribute("href");
  for (const path of ["/", listing ?? "/imoveis", `${listing}?lang=en`]) await page.goto(storefront("casa-azul", path));
  await page.goto(ownDomain());
  for (const path of ["/", "/planos", "/cadastro", "/entrar"]) await page.goto(BASE + path);
  await signIn(page, "ana@casa-azul.example");
  for (const path of ["/app/properties", "/app/properties/new", "/app/settings/store", "/app/settings/brand", "/app/settings/team", "/app/profile"]) {
    await page.goto(BASE + path);
    await hydrated(page);
  }
  expect(watch.elsewhere()).toEqual([]);
  const another = await context.newPage();
  await another.route("http://elsewhere.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<p>somebody else" }));
  await another.goto("http://elsewhere.example/");
  expect(watch.elsewhere()).toEqual(["http://elsewhere.example/"]);
});
