import { BASE, WAYS, accessible, expect, fits, hydrated, signIn, signInOperator, storefront, ownDomain, test } from "../fixtures";

const title = () => `Apartamento de teste ${Date.now()}${Math.floor(Math.random() * 1000)}`;

test("first day: sign in, register a property, find it, change it, put it away", async ({ page, watch }) => {
  watch.expectStatus(422);
  await signIn(page, "ana@casa-azul.example");
  await expect(page.locator("h1")).toHaveText("Hoje");
  await accessible(page);
  await page.getByRole("link", { name: "Imóveis" }).first().click();
  await page.getByRole("link", { name: "Novo imóvel" }).first().click();
  await page.waitForURL(/properties\/new/);
  const name = title();
  await page.locator("#title").fill(name);
  await page.locator("#suites").fill("3");
  await page.locator("#bedrooms").fill("2");
  await page.locator("main form.form button[type=submit]").click();
  // Refused, in place: the fields say why, and nothing typed is gone.
  await expect(page.locator("#purposes-note")).toContainText("Preencha este campo.");
  await expect(page.locator("#suites-note")).toContainText("Não pode ser maior que o total.");
  await expect(page.locator("#title")).toHaveValue(name);
  // The summary has come into view, and the fields are marked.
  await expect(page.locator(".alert-bad")).toBeFocused();
  await expect(page.locator("fieldset#purposes")).toHaveClass(/field-wrong/);
  await page.getByLabel("Venda", { exact: true }).check();
  await page.locator("#suites").fill("1");
  await page.locator("#sale_price").fill("R$ 750.000");
  await page.locator("main form.form button[type=submit]").click();
  await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
  await expect(page.locator("h1")).toHaveText(name);
  await expect(page.locator("main")).toContainText("R$ 750.000");
  await accessible(page);
  await page.getByRole("link", { name: "Editar" }).click();
  await page.locator("#neighborhood").fill("Perdizes");
  await page.locator("main form.form button[type=submit]").click();
  await expect(page.locator("main")).toContainText("Perdizes");
  await page.goto(`${BASE}/app/properties?q=${encodeURIComponent(name)}`);
  await hydrated(page);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await accessible(page);
  await page.locator(".row-title").click();
  await page.getByRole("button", { name: "Arquivar" }).click();
  await expect(page.getByRole("button", { name: "Restaurar" })).toBeVisible();
});

for (const [how, mark] of WAYS) {
  test(`two who edit at once both keep what they typed, ${how}${mark}`, async ({ browser, watch, script, shape }) => {
    watch.expectStatus(409);
    const window = async () => (await browser.newContext(shape)).newPage();
    const [ana, bruno] = [await window(), await window()];
    await signIn(ana, "ana@casa-azul.example", script);
    await signIn(bruno, "bruno@casa-azul.example", script);
    const open = async (page: typeof ana, url: string) => {
      await page.goto(url);
      if (script) await hydrated(page);
    };
    const save = (page: typeof ana) => page.locator("main form.form button[type=submit]").last().click();
    const shown = /\/app\/properties\/[0-9a-f-]{36}$/;
    await open(ana, `${BASE}/app/properties/new`);
    await ana.locator("#title").fill(title());
    await ana.getByLabel("Venda", { exact: true }).check();
    await save(ana);
    await ana.waitForURL(shown);
    const edit = `${ana.url()}/edit`;
    await open(bruno, edit);
    await open(ana, edit);
    await ana.locator("#city").fill("Campinas");
    await save(ana);
    await ana.waitForURL(shown);
    await expect(ana.locator("main")).toContainText("Campinas");
    await bruno.locator("#city").fill("Santos");
    await save(bruno);
    await expect(bruno.locator(".alert-warn")).toContainText("Campinas");
    await expect(bruno.locator(".alert-warn")).toContainText("Santos");
    await expect(bruno.locator("#city")).toHaveValue("Santos");
    await fits(bruno);
    if (script) await accessible(bruno);
    await bruno.getByRole("button", { name: "Salvar o meu por cima" }).click();
    await bruno.waitForURL(shown);
    await expect(bruno.locator("main")).toContainText("Santos");
  });

  test(`a wrong password is said and nobody gets in, ${how}${mark}`, async ({ page, script, watch }) => {
    watch.expectStatus(422);
    await page.goto(`${BASE}/app/properties`);
    await expect(page).toHaveURL(/\/entrar\?next=/);
    await page.locator("#email").fill("ana@casa-azul.example");
    await page.locator("#password").fill("not the password");
    await page.getByRole("button", { name: "Entrar" }).click();
    await expect(page.locator("#password-note")).toContainText("E-mail ou senha não conferem.");
    await expect(page.locator("#email")).toHaveValue("ana@casa-azul.example");
    await fits(page);
    if (script) await accessible(page);
    await page.goto(`${BASE}/app`);
    await expect(page).toHaveURL(/\/entrar\?next=/);
  });
}

test("one person of two agencies chooses, and the two never mix", async ({ page }) => {
  await signIn(page, "davi@casa-azul.example", false);
  await expect(page).toHaveURL(/\/entrar\/agencia/);
  await accessible(page);
  await page.getByRole("button", { name: /Litoral/ }).click();
  await hydrated(page);
  await expect(page.locator(".rail-agency")).toContainText("Litoral Imóveis");
  await page.goto(`${BASE}/app/properties`);
  await expect(page.locator("main")).not.toContainText("Apartamento de teste");
});

for (const [width, mark] of [["desktop", ""], ["phone", " @phone"]] as const) {
  test(`every page stands on a ${width}${mark}`, async ({ page, watch }) => {
    watch.expectStatus(404);
    // The narrowest phone is narrower than the one that the journeys are walked on.
    const stands = async () => {
      const size = page.viewportSize();
      await fits(page);
      await accessible(page);
      if (!size || width !== "phone") return;
      await page.setViewportSize({ ...size, width: 360 });
      await fits(page);
      await page.setViewportSize(size);
    };
    const site = storefront("casa-azul");
    await page.goto(`${site}imoveis`);
    const listing = (await page.locator(".store-results a[href*='/imovel/']").first().getAttribute("href")) ?? "";
    const platform = ["/", "/planos", "/entrar", "/platform/entrar"].map((path) => BASE + path);
    for (const url of [...platform, site, storefront("horizonte"), ownDomain(), `${site}imoveis`, new URL(listing, site).href, `${site}?lang=en`]) {
      const answer = await page.goto(url);
      expect(answer?.status()).toBe(200);
      await stands();
    }
    for (const url of [`${site}nada`, BASE + "/nada"]) {
      expect((await page.goto(url))?.status()).toBe(404);
      await stands();
    }
    await signInOperator(page);
    await stands();
    // The operator's session is a kind of its own: staff comes with a browser that holds none.
    await page.context().clearCookies();
    await signIn(page, "helena@horizonte.example");
    const pages = ["/app", "/app/properties", "/app/properties?archived=yes", "/app/properties?type=house&type=apartment", "/app/properties/new"];
    for (const path of [...pages, "/app/settings/plan", "/app/settings/store", "/app/settings/brand", "/app/profile", "/app/nada"]) {
      await page.goto(BASE + path);
      await hydrated(page);
      await stands();
    }
    expect((await page.goto(`${BASE}/sair`))?.status()).toBe(200);
    await stands();
    await page.emulateMedia({ colorScheme: "dark" });
    for (const path of ["/app", "/app/properties/new"]) {
      await page.goto(BASE + path);
      await hydrated(page);
      await accessible(page);
    }
  });
}

test("without JavaScript: sign in, a refused form comes back filled, the property is registered @nojs", async ({ page }) => {
  await signIn(page, "carla@casa-azul.example", false);
  await page.goto(`${BASE}/app/properties/new`);
  const name = title();
  await page.locator("#title").fill(name);
  await page.locator("#description").fill("Linha um\nLinha <dois> & três");
  await page.locator("#year_built").fill("1500");
  await page.locator("#purposes input[value=rent]").check();
  await page.locator("main form.form button[type=submit]").click();
  await expect(page.locator("#year_built-note")).toContainText("entre 1800");
  await expect(page.locator("#title")).toHaveValue(name);
  await expect(page.locator("#description")).toHaveValue("Linha um\nLinha <dois> & três");
  await expect(page.locator("#purposes input[value=rent]")).toBeChecked();
  await page.locator("#year_built").fill("1998");
  await page.locator("main form.form button[type=submit]").click();
  await page.waitForURL(/\/app\/properties\/[0-9a-f-]{36}$/);
  await expect(page.locator("h1")).toHaveText(name);
  await page.goto(`${BASE}/app/properties?q=${encodeURIComponent(name)}`);
  await expect(page.locator("tbody tr")).toHaveCount(1);
});

test("an operator suspends an agency and opens it again @nojs", async ({ page, watch }) => {
  // While it is closed, its site says so.
  watch.expectStatus(503);
  await signInOperator(page);
  await page.locator("tbody a.row-title", { hasText: "Litoral" }).click();
  await expect(page.locator("h1")).toContainText("Litoral");
  const visitor = await page.context().newPage();
  const status = async () => (await visitor.goto(storefront("litoral")))?.status();
  await page.locator("#reason").fill("fatura vencida");
  await page.getByRole("button", { name: "Suspender" }).click();
  await expect(page.locator("header.page-head")).toContainText("suspensa");
  await expect(page.locator("main")).toContainText("suspendeu a imobiliária");
  await expect(async () => expect(await status()).toBe(503)).toPass();
  await page.getByRole("button", { name: "Reativar" }).click();
  await expect(page.locator("main")).toContainText("reativou a imobiliária");
  await expect(async () => expect(await status()).toBe(200)).toPass();
});
