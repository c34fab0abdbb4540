// The little of RFC 6455 that the mock needs: handshake, unfragmented text frames, close.
import { createHash } from "node:crypto";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Accept an upgrade; returns { send, close, onText, onClose }. */
export function accept(request, socket, protocol) {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + MAGIC).digest("base64");
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${key}`];
  if (protocol) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const peer = { onText: () => {}, onClose: () => {}, send: (text) => socket.write(frame(1, Buffer.from(text))), close: (code) => socket.end(frame(8, Buffer.from([code >> 8, code & 255]))) };
  let rest = Buffer.alloc(0);
  socket.on("data", (data) => {
    rest = Buffer.concat([rest, data]);
    for (let taken = take(rest); taken; taken = take(rest)) {
      rest = rest.subarray(taken.length);
      if (taken.opcode === 1) peer.onText(taken.payload.toString());
      if (taken.opcode === 8) socket.end();
      if (taken.opcode === 9) socket.write(frame(10, taken.payload));
    }
  });
  socket.on("close", () => peer.onClose());
  socket.on("error", () => peer.onClose());
  return peer;
}

function frame(opcode, payload) {
  const n = payload.length;
  const head = n < 126 ? Buffer.from([0x80 | opcode, n]) : n < 65536 ? Buffer.from([0x80 | opcode, 126, n >> 8, n & 255]) : Buffer.alloc(10);
  if (n >= 65536) {
    head[0] = 0x80 | opcode;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(n), 2);
  }
  return Buffer.concat([head, payload]);
}

function take(data) {
  if (data.length < 2) return null;
  let [length, at] = [data[1] & 127, 2];
  if (length === 126) [length, at] = data.length < 4 ? [Infinity, 4] : [data.readUInt16BE(2), 4];
  else if (length === 127) [length, at] = data.length < 10 ? [Infinity, 10] : [Number(data.readBigUInt64BE(2)), 10];
  if (data.length < at + 4 + length) return null;
  const mask = data.subarray(at, at + 4);
  const payload = Buffer.from(data.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i & 3]));
  return { opcode: data[0] & 15, payload, length: at + 4 + length };
}
