import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";

export const PASSPHRASE = "bicicleta roxa na varanda";

/** The link in a mail that lies in a file: quoted-printable (RFC 2045, 6.7). */
export async function linkIn(file: string) {
  let mail = "";
  await expect.poll(() => { try { mail = readFileSync(file, "utf8"); } catch { mail = ""; } return mail; }).toContain("confirmar");
  const text = mail.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return /http:\/\/[^\s"<]+\/confirmar\/[0-9a-f]+/.exec(text)![0];
}

/** Sends the form of a page that has one. */
export const send = (page: Page) => page.locator("main form button[type=submit]").last().click();
