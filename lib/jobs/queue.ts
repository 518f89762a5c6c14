import { join } from "node:path";
import { removeIfThere } from "../base/private_files.ts";
import type { Home } from "./home.ts";

/** The tickets of the jobs that wait for a slot, oldest first; `slots.py` writes them. */
function tickets(home: Home): { name: string; id: string }[] {
  return [...Deno.readDirSync(join(home.queue, "tickets"))]
    .map(({ name }) => ({ name, id: name.slice(name.lastIndexOf(".") + 1) }))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/** A job's place among those that wait, from 1; 0 when it does not wait. */
export function queuePosition(home: Home, id: string): number {
  return tickets(home).findIndex((ticket) => ticket.id === id) + 1;
}

export function removeTickets(home: Home, id: string): void {
  for (const ticket of tickets(home)) {
    if (ticket.id === id) removeIfThere(join(home.queue, "tickets", ticket.name));
  }
}
