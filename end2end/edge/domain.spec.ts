import { existsSync, renameSync, writeFileSync } from "node:fs";
import { BASE, expect, ownDomain, test } from "../fixtures";

const { EMAIL, PASSWORD, AGENCY, OTHER_AGENCY, DNS_NOTE } = process.env as Record<string, string>;
const HOST = new URL(ownDomain()).hostname;

/** Hands records to whoever keeps the domain's DNS, who takes the note away when they are set. */
async function setRecords(records: string[][]) {
  writeFileSync(`${DNS_NOTE}.part`, JSON.stringify(records));
  renameSync(`${DNS_NOTE}.part`, DNS_NOTE);
  await expect.poll(() => existsSync(DNS_NOTE)).toBe(false);
}

test("an owner claims a domain, sets what the page says, sees it proven and https active, and finds the site there", async ({ page, watch }) => {
  // Looked at a moment ago: the program does so by itself, too.
  watch.expectStatus(429);
  await page.goto(`${BASE}/app/settings/domains`);
  await page.locator("#email").fill(EMAIL);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main form button[type=submit]").first().click();
  await expect(page.locator("h1")).toHaveText("Domínios");

  await page.locator("#host").fill(HOST);
  await page.getByRole("button", { name: "Adicionar domínio" }).click();
  const row = page.locator("li.domain", { hasText: HOST });
  await expect(row).toContainText("aguardando o DNS");
  await expect(row).not.toContainText("https ativo");
  const records = await row.locator("dl.dns").evaluateAll((all) => all.map((record) => [...record.querySelectorAll("dd")].map((part) => part.textContent!)));
  expect(records).toEqual([
    ["TXT", `_sobrado-verify.${HOST}`, expect.stringMatching(/^sobrado-verify=[0-9a-f]{32}$/)],
    ["CNAME", HOST, new URL(BASE).hostname],
  ]);

  await setRecords(records);
  await expect(async () => {
    await row.getByRole("button", { name: "Conferir agora" }).click();
    await expect(row).toContainText("comprovado", { timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  // Nobody has been there: the program itself is the first visitor, and fetches the certificate.
  await expect(async () => {
    await page.reload();
    await expect(row).toContainText("https ativo", { timeout: 500 });
  }).toPass({ timeout: 90_000 });

  const answer = (await page.goto(ownDomain()))!;
  expect(answer.status()).toBe(200);
  expect(page.url()).toBe(ownDomain());
  await expect(page.locator("body")).toContainText(AGENCY);
  await expect(page.locator("body")).not.toContainText(OTHER_AGENCY);
  expect((await answer.securityDetails())?.issuer).toContain("Pebble");
});
