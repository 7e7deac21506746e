import { BASE, PASSWORD, WAYS, accessible, expect, fits, hydrated, signInOperator, test } from "../fixtures";

for (const [how, mark] of WAYS) {
  test(`an operator acts as a member, is seen to, changes nothing and comes back, ${how}${mark}`, async ({ page, script, watch }) => {
    // What is refused is refused with a status of its own, and so is a form that is filled in wrongly.
    watch.expectStatus(403);
    watch.expectStatus(422);
    await signInOperator(page);
    await page.goto(`${BASE}/platform/tenants/casa-azul`);
    await fits(page);
    if (script) await accessible(page);
    const owner = page.locator("#user option", { hasText: "Ana" });
    await page.locator("#user").selectOption(await owner.first().getAttribute("value"));
    await page.locator("#why").fill("chamado 4711: fotos");
    await page.locator("#password").fill("nao-e-a-senha-dela");
    await page.getByRole("button", { name: "Continuar" }).click();
    // Refused, and nothing typed is lost but the password.
    await expect(page.locator("#password-note")).toContainText("A senha não confere.");
    await expect(page.locator("#why")).toHaveValue("chamado 4711: fotos");
    await page.locator("#password").fill(PASSWORD);
    await page.getByRole("button", { name: "Continuar" }).click();
    await expect(page.locator("h1")).toContainText("Agir como Ana");
    await expect(page.locator("main")).toContainText("Só leitura");
    await page.getByRole("button", { name: "Começar agora" }).click();
    await page.waitForURL(/\/app$/);
    if (script) await hydrated(page);
    for (const path of ["/app", "/app/properties", "/app/settings/store"]) {
      await page.goto(`${BASE}${path}`);
      if (script) await hydrated(page);
      await expect(page.locator(".acting")).toContainText("vê o sistema como Ana");
      await fits(page);
    }
    if (script) await accessible(page);
    await page.locator("main form.form button[type=submit]").last().click();
    await expect(page.locator("main")).toContainText("Você age no lugar de outra pessoa");
    await page.goto(`${BASE}/app`);
    await page.getByRole("button", { name: "Voltar ao console" }).click();
    await page.waitForURL(/\/platform\/tenants\/casa-azul$/);
    await expect(page.locator("main")).toContainText("agindo como Ana");
  });
}

for (const [how, mark] of WAYS) {
  test(`the console's pages are whole, ${how}${mark}`, async ({ page, script }) => {
    await signInOperator(page);
    for (const path of ["tenants", "tenants?status=cancelled", "operations", "health", "servers", "servers/home", "migrations", "plans", "plans/k"]) {
      await page.goto(`${BASE}/platform/${path}`);
      await expect(page.locator("h1")).toBeVisible();
      await fits(page);
      if (script) await accessible(page);
    }
    await page.goto(`${BASE}/platform/tenants?q=litoral`);
    await page.locator("tbody a.row-title").click();
    await expect(page.locator("h1")).toContainText("Litoral");
    await expect(page.locator("main")).toContainText("davi@casa-azul.example");
  });
}

for (const [how, mark] of WAYS) {
  test(`an operator publishes a version of a plan, and who signs up is shown it, ${how}${mark}`, async ({ page, script, watch }) => {
    watch.expectStatus(422);
    await signInOperator(page);
    await page.goto(`${BASE}/platform/plans/prime`);
    await fits(page);
    // A price that no other journey publishes, of what no other looks at.
    const price = String(100 + Math.floor(Math.random() * 800));
    await page.locator("#training_price").fill("de graça");
    await page.getByRole("button", { name: "Ver o que muda" }).click();
    await expect(page.locator("#training_price-note")).toContainText("Digite um valor");
    await expect(page.locator("#training_price")).toHaveValue("de graça");
    await page.locator("#training_price").fill(price);
    await page.getByRole("button", { name: "Ver o que muda" }).click();
    await expect(page.locator("#preview tbody tr")).toHaveCount(1);
    await expect(page.locator("#preview")).toContainText(`R$ ${price}`);
    await fits(page);
    if (script) await accessible(page);
    await page.getByRole("button", { name: "Publicar a versão" }).click();
    await expect(page.locator("h1")).toHaveText("Planos");
    await expect(page.locator("tbody tr").first()).toContainText("vendida agora");
    await page.goto(`${BASE}/planos`);
    await expect(page.locator(".plan").first()).toContainText(`R$ ${price}`);
  });
}

test("what is under way renews itself, and stops when the session is over", async ({ page, browser, watch }) => {
  // The stream that comes back without a session is refused.
  watch.expectStatus(401);
  await signInOperator(page);
  await page.goto(`${BASE}/platform/servers/home`);
  await page.locator("#soft").fill("499");
  await page.getByRole("button", { name: "Mudar a capacidade" }).click();
  await expect(page.locator("h1")).toContainText("Capacidade do servidor");
  // Without a reload: the worker has done it.
  await expect(page.locator("main")).toContainText("concluída");
  await page.goto(`${BASE}/platform/operations`);
  await expect(page.locator("[data-live]")).toBeVisible();
  const another = await (await browser.newContext()).newPage();
  await another.context().addCookies(await page.context().cookies());
  await another.goto(`${BASE}/platform/tenants`);
  await another.locator("form[action='/sair'] button").click();
  await expect(page.locator("[data-live-lost]")).toBeVisible({ timeout: 30_000 });
});
