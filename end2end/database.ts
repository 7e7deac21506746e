import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** The central database of the server under test, as its superuser: the installation is the journeys' own. */
function psql(...more: string[]) {
  // Its port and the folder of its socket are the file's fourth and fifth line (PostgreSQL 15 manual, 73.1).
  const [, , , port, socket] = readFileSync(`${process.env.DATA_DIR}/postgres/postmaster.pid`, "utf8").split("\n");
  const program = process.env.SOBRADO_PG_BIN ? `${process.env.SOBRADO_PG_BIN}/psql` : "psql";
  return [program, ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", socket, "-p", port, "-U", "postgres", "-d", "central", ...more]] as const;
}

/** What a statement answers, columns between bars. */
export function query(sql: string) {
  const [program, options] = psql("-c", sql);
  return execFileSync(program, options, { encoding: "utf8" }).trim();
}

/** Lets nobody write to a table, in a session of its own, until it is let go: whoever comes that far waits there. Reading goes on. */
export async function hold(table: string) {
  const [program, options] = psql();
  const session = spawn(program, options, { stdio: ["pipe", "pipe", "inherit"] });
  const told = once(createInterface(session.stdout), "line");
  const ended = once(session, "close");
  session.stdin.write(`set idle_in_transaction_session_timeout = 0;\nbegin;\nlock table ${table} in share row exclusive mode;\nselect 'held';\n`);
  const [said] = await Promise.race([told, ended.then(([code]) => [`psql ended with ${code}`])]);
  if (said !== "held") throw new Error(`${table} is not held: ${said}`);
  return async () => {
    session.stdin.end();
    await ended;
  };
}
