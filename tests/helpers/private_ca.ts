import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A certificate for 127.0.0.1 and packages.office.example of an authority that nobody knows, as files. */
export interface PrivateCa {
  /** The authority's own certificate. */
  authority: string;
  cert: string;
  key: string;
}

/** Makes one in a folder, as an office with its own certificates does. */
export function makePrivateCa(folder: string): PrivateCa {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = file("authority.pem");
  openssl(
    ...["req", "-x509", ...newKey, "-days", "1", "-subj", "/CN=Office CA"],
    ...["-keyout", file("authority.key"), "-out", authority],
  );
  openssl(
    ...["req", ...newKey, "-subj", "/CN=packages"],
    ...["-keyout", file("server.key"), "-out", file("server.csr")],
  );
  Deno.writeTextFileSync(
    file("server.ext"),
    "subjectAltName=IP:127.0.0.1,DNS:packages.office.example\n",
  );
  openssl(
    ...["x509", "-req", "-in", file("server.csr"), "-days", "1", "-extfile", file("server.ext")],
    ...["-CA", authority, "-CAkey", file("authority.key"), "-CAcreateserial"],
    ...["-out", file("server.pem")],
  );
  return { authority, cert: file("server.pem"), key: file("server.key") };
}
