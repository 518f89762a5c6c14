import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { PYTHON } from "../job_bench.ts";

const SUPERVISOR = fileURLToPath(new URL("../../../lib/jobs/supervisor", import.meta.url));

/** What may be reached: the list, the host, its addresses as looked up, and whether it is dialled. */
const CASES: [string[], string, string[], string | null][] = [
  [["good.test"], "good.test", ["93.184.216.34"], "93.184.216.34"],
  [["good.test"], "GOOD.test.", ["93.184.216.34"], "93.184.216.34"],
  [["good.test"], "evil.test", ["93.184.216.34"], null],
  [["good.test"], "good.test.evil.test", ["93.184.216.34"], null],
  [["*.good.test"], "a.b.good.test", ["93.184.216.34"], "93.184.216.34"],
  [["*.good.test"], "good.test", ["93.184.216.34"], null],
  [["*.good.test"], "notgood.test", ["93.184.216.34"], null],
  // Names that lead into this network, as after rebinding.
  [["good.test"], "good.test", ["127.0.0.1"], null],
  [["good.test"], "good.test", ["10.0.0.5"], null],
  [["good.test"], "good.test", ["169.254.169.254"], null],
  [["good.test"], "good.test", ["::1"], null],
  [["good.test"], "good.test", ["::ffff:127.0.0.1"], null],
  [["good.test"], "good.test", ["0.0.0.0"], null],
  [["good.test"], "good.test", ["127.0.0.1", "93.184.216.34"], "93.184.216.34"],
  [["good.test", "10.0.0.5"], "good.test", ["10.0.0.5"], "10.0.0.5"],
  [["localhost"], "localhost", ["127.0.0.1"], "127.0.0.1"],
  // Addresses, in any form that the system takes for one.
  [["good.test"], "127.0.0.1", [], null],
  [["good.test"], "93.184.216.34", [], null],
  [["good.test"], "0x7f.1", [], null],
  [["good.test"], "2130706433", [], null],
  [["good.test"], "::1", [], null],
  [["127.0.0.1"], "127.1", [], "127.0.0.1"],
  [["127.0.0.1:80"], "127.0.0.1", [], null],
  [["127.0.0.1:443"], "127.0.0.1", [], "127.0.0.1"],
  [["good.test:80"], "good.test", ["93.184.216.34"], null],
  [["good.test:443"], "good.test", ["93.184.216.34"], "93.184.216.34"],
];

const PROGRAM = `
import json, sys
sys.path.insert(0, ${JSON.stringify(SUPERVISOR)})
import allowed_hosts
looked_up = []
dialled = []
allowed_hosts.connect = lambda where: dialled.append(where[0])
found = []
for entries, host, addresses, _ in json.loads(sys.argv[1]):
    def look_up(name, port, type=0):
        looked_up.append(name)
        return [(0, 0, 0, "", (address, port)) for address in addresses]
    allowed_hosts.socket.getaddrinfo = look_up
    del dialled[:], looked_up[:]
    try:
        allowed_hosts.Hosts(entries).dial(host, 443)
    except allowed_hosts.Refused:
        pass
    assert len(looked_up) <= 1, "it is looked up once, so that nothing changes after the check"
    found.append(dialled[0] if dialled else None)
print(json.dumps(found))
`;

Deno.test("the proxy of a sandbox dials what is listed, at an address that it has checked", () => {
  const { success, stdout, stderr } = new Deno.Command(PYTHON, {
    args: ["-c", PROGRAM, JSON.stringify(CASES)],
  }).outputSync();
  assert(success, new TextDecoder().decode(stderr));
  const found = JSON.parse(new TextDecoder().decode(stdout));
  CASES.forEach(([entries, host, addresses, expected], index) => {
    assert.equal(found[index], expected, `${host} at ${addresses}, of ${entries}`);
  });
});
