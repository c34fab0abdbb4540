/** A browser's User-Agent as people know it: "Chrome 142 · Windows". What is no browser stays as it names itself. */
const BROWSERS: [RegExp, string][] = [
  [/\bEdg\/(\d+)/, "Edge"],
  [/\bOPR\/(\d+)/, "Opera"],
  [/\bFirefox\/(\d+)/, "Firefox"],
  [/\b(?:Headless)?Chrome\/(\d+)/, "Chrome"],
  [/\bVersion\/(\d+)[\d.]* .*Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Windows NT/, "Windows"],
  [/iPhone|iPad/, "iOS"],
  [/Mac OS X/, "macOS"],
  [/Android/, "Android"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

export function programName(agent: string): string {
  const browser = BROWSERS.map(([sign, name]) => [sign.exec(agent)?.[1], name]).find(([version]) => version);
  if (!browser) return agent.slice(0, 60);
  const system = SYSTEMS.find(([sign]) => sign.test(agent))?.[1];
  return [`${browser[1]} ${browser[0]}`, system].filter(Boolean).join(" · ");
}
