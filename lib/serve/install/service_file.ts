import type { ServerEntry } from "./client_config.ts";

/** Which keepers of services a file can be written for. */
export const KEEPERS = ["systemd", "launchd"] as const;

export type Keeper = typeof KEEPERS[number];

/** The file by which a keeper of services starts the server; jobs live on when it stops the server. */
export const SERVICE_FILE: Record<Keeper, (server: ServerEntry) => string> = {
  systemd: ({ command, args, env }) =>
    `[Unit]
Description=python-mcp: Python for AI agents, over MCP

[Service]
ExecStart=${[command, ...args].map(literal).map(quoted).join(" ")}
${
      Object.entries(env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`)
        .join("")
    }\
Restart=on-failure
# Jobs outlive the server.
KillMode=process

[Install]
WantedBy=default.target
`,
  launchd: ({ command, args, env }) =>
    `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>python-mcp</string>
  <key>ProgramArguments</key>
  <array>
${[command, ...args].map((arg) => `    <string>${escaped(arg)}</string>\n`).join("")}\
  </array>
  <key>EnvironmentVariables</key>
  <dict>
${
      Object.entries(env).map(([name, value]) =>
        `    <key>${escaped(name)}</key>\n    <string>${escaped(value)}</string>\n`
      ).join("")
    }\
  </dict>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <!-- Jobs outlive the server. -->
  <key>AbandonProcessGroup</key>
  <true/>
</dict>
</plist>
`,
};

/** systemd.service(5): in a command line, `$` stands for variables unless it is doubled. */
function literal(word: string): string {
  return word.replaceAll("$", "$$$$");
}

/** systemd.syntax(7): quotes group words, and `%` stands for other things unless it is doubled. */
function quoted(word: string): string {
  const plain = word.replaceAll("%", "%%");
  return /^[\w@/.:,=+%-]+$/.test(plain)
    ? plain
    : `"${plain.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
