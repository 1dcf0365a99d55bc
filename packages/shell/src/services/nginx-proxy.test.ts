import { expect, test } from "vitest";
import { ShellMachine } from "../testing/shell-machine.ts";

/** Web servers at ports 81 to 83 that tell their port and what they were asked, and a proxy with `locations` at port 80. */
function proxyWith(locations: string, outer = ""): ShellMachine {
  const machine = new ShellMachine();
  const backends = [81, 82, 83].map(
    (port) => `server { listen ${port}; return 200 "$server_port $request_uri\\n"; }`,
  );
  const proxy = `${outer}\nserver { listen 80; ${locations} }`;
  machine.sh(
    `ip link set lo up; rm -f /etc/nginx/sites-enabled/default; cat > /etc/nginx/conf.d/lab.conf << 'EOF'\n${backends.join("\n")}\n${proxy}\nEOF`,
  );
  expect(machine.sh("nginx").stderr).toBe("");
  return machine;
}

const get = (machine: ShellMachine, what: string): string =>
  machine.sh(`curl -s http://127.0.0.1${what}`).stdout;

const GROUP = "upstream web { server 127.0.0.1:81 weight=2; server 127.0.0.1:82; KIND; }";

test.each([
  ["", "81 82 81 81 82 81"],
  ["ip_hash", "82 82 82 82 82 82"],
  ["hash $cookie_user", "81 82 82 81 82 82"],
])("of a group with %j the servers are chosen %s", (kind, ports) => {
  const machine = proxyWith(
    "location / { proxy_pass http://web; }",
    GROUP.replace("KIND;", kind && `${kind};`),
  );
  const users = ["ann", "bob", "eve", "ann", "bob", "eve"];
  const answers = users.map((user) => get(machine, `/ -b user=${user}`).split(" ")[0]);
  expect(answers.join(" ")).toBe(ports);
});

test.each([
  ["/app/", "http://127.0.0.1:81", "/app/x?y=1", "81 /app/x?y=1\n"],
  ["/app/", "http://127.0.0.1:81/", "/app/x?y=1", "81 /x?y=1\n"],
  ["/app/", "http://127.0.0.1:81/v2/", "/app/x", "81 /v2/x\n"],
])("location %s with proxy_pass %s turns %s into %j", (path, pass, asked, answer) => {
  expect(get(proxyWith(`location ${path} { proxy_pass ${pass}; }`), asked)).toBe(answer);
});

test("a server that refuses is passed over; when all do, 502", () => {
  const group = "upstream web { server 127.0.0.1:99; server 127.0.0.1:83; }";
  const machine = proxyWith(
    "location / { proxy_pass http://web; } location /none { proxy_pass http://127.0.0.1:99; }",
    group,
  );
  expect([get(machine, "/"), get(machine, "/")]).toEqual(["83 /\n", "83 /\n"]);
  expect(get(machine, "/none -o /dev/null -w '%{http_code}'")).toBe("502");
});

test("the server is told who asked, by headers", () => {
  const machine = new ShellMachine();
  machine.sh(
    "ip link set lo up; rm -f /etc/nginx/sites-enabled/default; cat > /etc/nginx/conf.d/lab.conf << 'EOF'\n" +
      "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n" +
      'server { listen 80; location / { proxy_pass http://127.0.0.1:81; } location /own { proxy_pass http://127.0.0.1:82; proxy_set_header Host "$host"; } }\nEOF',
  );
  machine.sh(
    "nginx; nc -l -p 81 > /root/heard & sleep 0.1; curl -s -m 1 -H 'X-Forwarded-For: 1.2.3.4' http://127.0.0.1/",
  );
  const heard = machine.sh("cat /root/heard").stdout;
  expect(heard).toContain("GET / HTTP/1.1\r\nHost: 127.0.0.1:81\r\nConnection: close\r\n");
  expect(heard).toContain("X-Forwarded-For: 1.2.3.4, 127.0.0.1\r\n");
  machine.sh("nc -l -p 82 > /root/own & sleep 0.1; curl -s -m 1 http://127.0.0.1/own");
  expect(machine.sh("cat /root/own").stdout).toMatch(
    /Host: 127\.0\.0\.1\r\n(?![\s\S]*X-Forwarded-For)/,
  );
});

test("requests on one connection are answered in their order", () => {
  const machine = proxyWith(
    "return 200 mine; location / { proxy_pass http://127.0.0.1:81; }".replace(
      "return 200 mine; ",
      "",
    ),
  );
  const ask = (path: string): string => `GET ${path} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n`;
  const { stdout } = machine.sh(
    `printf '${ask("/1")}${ask("/2")}${ask("/3")}' | nc -q 1 127.0.0.1 80 | grep ^81`,
  );
  expect(stdout).toBe("81 /1\n81 /2\n81 /3\n");
});

test.each([
  ["location / { proxy_pass ftp://x; }", "", "invalid URL prefix"],
  ["location / { proxy_pass http://nowhere; }", "", 'host not found in upstream "nowhere"'],
  ["", "upstream web { }", 'no servers are inside upstream in upstream "web"'],
])("a configuration with %j %j is refused: %s", (locations, outer, message) => {
  const machine = new ShellMachine();
  machine.sh(
    `cat > /etc/nginx/conf.d/lab.conf << 'EOF'\n${outer}\nserver { listen 80; ${locations} }\nEOF`,
  );
  expect(machine.sh("nginx").stderr).toContain(`nginx: [emerg] ${message}`);
});
