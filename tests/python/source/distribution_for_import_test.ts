import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  DistributionTable,
  loadDistributionTable,
} from "../../../lib/python/source/distribution_for_import.ts";

const committed = JSON.parse(
  await Deno.readTextFile(
    new URL("../../../lib/python/source/distributions.json", import.meta.url),
  ),
);
const table = await loadDistributionTable();

function distribution(module: string): string | undefined {
  return table.find(module)?.distribution;
}

for (
  const [module, expected] of Object.entries({
    cv2: "opencv-python-headless",
    PIL: "pillow",
    Crypto: "pycryptodome",
    jwt: "pyjwt",
    yaml: "pyyaml",
    bs4: "beautifulsoup4",
    sklearn: "scikit-learn",
    dateutil: "python-dateutil",
    attr: "attrs",
    dotenv: "python-dotenv",
    serial: "pyserial",
    fitz: "pymupdf",
    skimage: "scikit-image",
    dns: "dnspython",
    magic: "python-magic",
    docx: "python-docx",
    pptx: "python-pptx",
    OpenSSL: "pyopenssl",
    git: "gitpython",
    MySQLdb: "mysqlclient",
    psycopg2: "psycopg2-binary",
    usb: "pyusb",
    win32api: "pywin32",
    pkg_resources: "setuptools",
    websocket: "websocket-client",
    slugify: "python-slugify",
    numpy: "numpy",
    nmap: "python-nmap",
    "llama_cpp.llama": "llama-cpp-python",
    parselmouth: "praat-parselmouth",
    libvirt: "libvirt-python",
    gflags: "python-gflags",
    "backports.ssl_match_hostname": "backports-ssl-match-hostname",
    sklearn_extra: "scikit-learn-extra",
    board: "adafruit-blinka",
    "RPi.GPIO": "rpi-gpio",
    surprise: "scikit-surprise",
    bluetooth: "pybluez",
    "mpl_toolkits.basemap": "basemap",
    "mpl_toolkits.mplot3d.axes3d": "matplotlib",
  })
) {
  Deno.test(`the table answers ${expected} when ${module} is imported`, () => {
    strictEqual(distribution(module), expected);
  });
}

for (
  const [module, expected] of Object.entries({
    "google.cloud.storage": "google-cloud-storage",
    "google.cloud.storage.blob": "google-cloud-storage",
    "google.cloud.pubsub_v1": "google-cloud-pubsub",
    "google.protobuf.message": "protobuf",
    "google.generativeai": "google-generativeai",
    "azure.storage.blob": "azure-storage-blob",
    "azure.identity": "azure-identity",
    "zope.interface": "zope-interface",
    "jaraco.functools": "jaraco-functools",
    "backports.zoneinfo": "backports-zoneinfo",
    "ruamel.yaml": "ruamel-yaml",
    "opentelemetry.sdk.trace": "opentelemetry-sdk",
    "mysql.connector": "mysql-connector-python",
    "snowflake.connector": "snowflake-connector-python",
  })
) {
  Deno.test(`the table finds ${expected} in a shared namespace when ${module} is imported`, () => {
    strictEqual(distribution(module), expected);
  });
}

Deno.test("the table has no answer when a name only looks like one of its own", () => {
  for (const lookAlike of ["reqeusts", "panda", "numpyy", "tdqm", "beautifulsoup"]) {
    strictEqual(distribution(lookAlike), undefined, lookAlike);
  }
});

Deno.test("the table has no answer when a real distribution is not among its own", () => {
  for (const rare of ["leftpad", "piglatin", "iseven"]) {
    strictEqual(distribution(rare), undefined, rare);
  }
});

Deno.test("the table has no answer when only a namespace is imported", () => {
  for (const namespace of ["google", "google.cloud", "azure", "azure.mgmt", "zope", "jaraco"]) {
    strictEqual(distribution(namespace), undefined, namespace);
  }
});

Deno.test("the table has no answer when a name is one that people give to their own files", () => {
  for (const own of ["utils", "helpers", "config", "tests", "main", "common", "models", "setup"]) {
    strictEqual(distribution(own), undefined, own);
  }
});

Deno.test("the table knows a namespace when several distributions share it", () => {
  ok(table.isNamespace("google"));
  ok(!table.isNamespace("numpy"));
});

Deno.test("the table prefers the distribution of the same name when it is nearly as common", () => {
  const small = new DistributionTable({
    overrides: {},
    distributions: { "flow-core": "flow", flow: "", other: "" },
  });
  deepStrictEqual(small.find("flow.models"), { module: "flow", distribution: "flow" });
});

Deno.test("the table prefers the common distribution when the one of the same name is rare", () => {
  const rare = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, ""]));
  const small = new DistributionTable({
    overrides: {},
    distributions: { "socket-client": "socket", ...rare, socket: "" },
  });
  strictEqual(small.find("socket")?.distribution, "socket-client");
});

Deno.test("the table follows an override when it has one", () => {
  const small = new DistributionTable({
    overrides: { cv2: "headless" },
    distributions: { full: "cv2", headless: "cv2" },
  });
  strictEqual(small.find("cv2")?.distribution, "headless");
});

Deno.test("the table has its source, its date and at least 5,000 distributions", () => {
  ok(committed.source.length > 50);
  ok(/^\d{4}-\d{2}-\d{2}$/.test(committed.date));
  ok(Object.keys(committed.distributions).length >= 5_000);
});

Deno.test("the table's overrides name only distributions of the table", () => {
  for (const name of Object.values<string>(committed.overrides)) {
    ok(name in committed.distributions, name);
  }
});

Deno.test("the table is right for 98 % when an import is named unlike its distribution", async () => {
  const fixture = new URL("../../fixtures/import_names.txt", import.meta.url);
  const facts = (await Deno.readTextFile(fixture)).split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => line.split(" "));
  strictEqual(facts.length, 1_000);

  const wrong = facts.filter(([accepted = "", ...modules]) =>
    modules.some((module) => !accepted.split("=").includes(distribution(module) ?? ""))
  );
  ok(wrong.length <= 20, `${wrong.length} of 1,000 are wrong: ${wrong.join("; ")}`);
});
