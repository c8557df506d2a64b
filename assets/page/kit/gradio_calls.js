// Gradio's own requests, listened to: what is refused or lost is said in our words, and a stream of
// results that breaks off ends as one that was closed.
//
// Left alone, gradio shows cards in English; and once its stream is lost it takes it for open, so
// that every later search waits for ever, until the page is loaded again and all that was typed is
// gone.

import { emit } from "./bus.js";
import { isAborted } from "./net.js";
import { t, worded } from "../i18n/strings.js";

/** @import { Message } from "./types" */

const OURS = "/gradio_api/";
const GONE = 503;

const pending = new Set(); // event ids of searches that have not ended
const real = window.fetch.bind(window);

/** Put ourselves between gradio and the program; once for every page. */
export function listenToCalls() {
  window.fetch = (input, init) => {
    const address = input instanceof Request ? input.url : input;
    const { pathname } = new URL(address, location.href);
    return pathname.startsWith(OURS) ? call(pathname, input, init) : real(input, init);
  };
}

/** @param {string} path @param {RequestInfo | URL} input @param {RequestInit} [init] */
async function call(path, input, init) {
  let answer;
  try {
    answer = await real(input, init);
  } catch (error) {
    if (isAborted(error)) throw error;
    lost();
    return path.endsWith("/queue/data")
      ? ended()
      : Response.json({ error: t("offline") }, { status: GONE });
  }
  if (!answer.ok) {
    const body = await answer
      .clone()
      .json()
      .catch(() => ({}));
    failed(said(body, answer.status));
    return path.endsWith("/queue/data") ? ended() : answer;
  }
  if (path.endsWith("/queue/join")) pending.add((await answer.clone().json()).event_id);
  if (path.endsWith("/queue/data")) return stream(answer);
  return answer;
}

/** A stream in which every search has ended. */
const ended = () => new Response(closing(), { headers: { "content-type": "text/event-stream" } });

/** Our sentence for an answer; gradio's own have none of ours in them.
 *  @param {Partial<Message> & { error?: unknown }} body @param {number} status */
function said(body, status) {
  if (typeof body.error === "string" && "code" in body)
    return worded({ ...body, text: body.error });
  return t(status === GONE ? "busy" : "unexpected");
}

/** @param {string} text */
const failed = (text) => emit("failed", { text });

/** The program does not answer any more; what is typed stays, and can be sent once it is back. */
function lost() {
  failed(t("offline"));
}

/** The stream of results, which ends in order whatever becomes of the connection.
 *  @param {Response} answer */
function stream(answer) {
  if (!answer.body) return answer;
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let left = false; // gradio listens no more
  /** @param {ReadableStreamDefaultController} controller */
  const end = (controller) => {
    if (left) return;
    controller.enqueue(new TextEncoder().encode(closing()));
    controller.close();
  };
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          end(controller);
          return;
        }
        rest = note(rest + decoder.decode(value, { stream: true }));
        controller.enqueue(value);
      } catch (error) {
        if (!isAborted(error) && pending.size) lost();
        end(controller);
      }
    },
    cancel(reason) {
      left = true;
      return reader.cancel(reason);
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

/** Notice which searches have ended; gives what is not a whole message yet.
 *  @param {string} text */
function note(text) {
  const messages = text.split("\n\n");
  for (const message of messages.slice(0, -1)) {
    const { msg, event_id: id, success } = parsed(message.slice("data:".length));
    if (msg === "process_completed") pending.delete(id);
    if (msg === "process_completed" && success === false) failed(t("unexpected"));
    if (msg === "queue_full") failed(t("busy"));
  }
  return messages.at(-1) ?? "";
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** The messages by which gradio takes every search, and the stream itself, for ended. */
function closing() {
  const ends = [...pending].map((id) => ({
    msg: "process_completed",
    event_id: id,
    success: false,
    output: { error: "" },
  }));
  pending.clear();
  return [...ends, { msg: "close_stream" }]
    .map((one) => `data: ${JSON.stringify(one)}\n\n`)
    .join("");
}
