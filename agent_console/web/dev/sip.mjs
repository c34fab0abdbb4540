// A telephone exchange of cardboard: registers anyone, rings, takes an answer, hangs up. No media flows.
import { randomBytes } from "node:crypto";

const token = () => randomBytes(6).toString("hex");
const SDP = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 40000 UDP/TLS/RTP/SAVPF 0 101", "a=mid:0", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000",
  "a=ice-ufrag:mock", "a=ice-pwd:mockmockmockmockmockmock", `a=fingerprint:sha-256 ${Array(32).fill("AB").join(":")}`, "a=setup:actpass", "a=rtcp-mux", "a=sendrecv", ""].join("\r\n");

/** One browser's SIP connection; `talk` hears { answered, ended, called }. */
export function exchange(peer, talk) {
  let contact = "";
  let dialog = null;
  const send = (start, headers, body = "") => peer.send(`${start}\r\n${headers.map(([k, v]) => `${k}: ${v}`).join("\r\n")}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  const request = (method, cseq, extra = [], body = "") => send(`${method} ${dialog.uri} SIP/2.0`, [["Via", `SIP/2.0/WS mock;branch=${method === "CANCEL" ? dialog.branch : `z9hG4bK${token()}`}`], ["Max-Forwards", 70], ["From", dialog.from],
    ["To", dialog.to], ["Call-ID", dialog.id], ["CSeq", `${cseq} ${method === "ACK" ? "ACK" : method}`], ...extra], body);
  const respond = (got, status, extra = [], body = "") => send(`SIP/2.0 ${status}`, [["Via", got.via], ["From", got.from], ["To", got.to.includes("tag=") ? got.to : `${got.to};tag=mock`], ["Call-ID", got["call-id"]], ["CSeq", got.cseq], ...extra], body);
  peer.onText = (text) => {
    const got = parse(text);
    if (!got) return;
    if (got.start.startsWith("SIP/2.0")) return answered(got);
    if (got.start.startsWith("REGISTER")) {
      contact = /<([^>]+)>/.exec(got.contact)?.[1] ?? contact;
      return respond(got, "200 OK", [["Contact", `${got.contact.split(";expires")[0]};expires=120`]]);
    }
    if (got.start.startsWith("INVITE")) {
      dialog = { uri: /<([^>]+)>/.exec(got.contact)?.[1], from: `${got.to};tag=mock`, to: got.from, id: got["call-id"], cseq: 1 };
      respond(got, "180 Ringing");
      return setTimeout(() => respond(got, "486 Busy Here"), 4000);
    }
    if (got.start.startsWith("BYE")) {
      respond(got, "200 OK");
      dialog = null;
      talk.ended();
    }
  };
  function answered(got) {
    if (!dialog || !got.cseq.endsWith("INVITE")) return;
    const status = Number(got.start.split(" ")[1]);
    if (status < 200) return;
    dialog.to = got.to;
    request("ACK", 1);
    if (status < 300) {
      dialog.uri = /<([^>]+)>/.exec(got.contact)?.[1] ?? dialog.uri;
      talk.answered();
    } else dialog = null;
  }
  return {
    get registered() {
      return contact !== "";
    },
    ring(number, headers) {
      const branch = `z9hG4bK${token()}`;
      dialog = { uri: contact, from: `<sip:${number}@mock>;tag=${token()}`, to: `<${contact}>`, id: token(), cseq: 1, branch };
      send(`INVITE ${contact} SIP/2.0`, [["Via", `SIP/2.0/WS mock;branch=${branch}`], ["Max-Forwards", 70], ["From", dialog.from], ["To", dialog.to], ["Call-ID", dialog.id], ["CSeq", "1 INVITE"],
        ["Contact", "<sip:mock@mock;transport=ws>"], ["Content-Type", "application/sdp"], ...headers], SDP);
    },
    cancel: () => dialog && request("CANCEL", 1),
    bye() {
      if (dialog) request("BYE", (dialog.cseq += 1));
      dialog = null;
    },
  };
}

function parse(text) {
  const [head] = text.split("\r\n\r\n");
  const [start, ...lines] = head.split("\r\n");
  if (!start) return null;
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase().trim(), line.slice(line.indexOf(":") + 1).trim()]));
  return { start, ...headers };
}
