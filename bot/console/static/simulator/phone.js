// One phone: shows its conversation, sends what is written on it, and asks the hotline for news.

import { drawMessage, drawTyping, timeOfDay } from "./bubbles.js";
import { makeComposer } from "./composer.js";
import { icon, make } from "./elements.js";
import { newId, readMessages, Refused, sendMessage } from "./network.js";
import { say } from "./words.js";

const WAITING_PAUSE = 400;
const USUAL_PAUSE = 2000;
const TROUBLE_PAUSE = 4000;

export const channelName = (channel) => say(`channel_${channel}`);

export class Phone {
  constructor({ phone, channel, number, maxLength, onRemove }) {
    Object.assign(this, { phone, channel, after: 0, isWaiting: false });
    this.messages = new Map();
    this.outgoing = Promise.resolve();
    this.title = say("phone", { channel: channelName(channel), number });
    this.element = this.#draw(maxLength, onRemove);
    this.#show();
    this.#poll();
  }

  /** Show the newest message, after the phone was out of sight. */
  reveal() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  remove() {
    this.isGone = true;
    clearTimeout(this.timer);
    this.element.remove();
  }

  #draw(maxLength, onRemove) {
    this.log = make("div", { class: "phone-log", role: "log", "aria-label": this.title, tabindex: "0" });
    this.trouble = make("div", { class: "phone-trouble", role: "alert", hidden: true });
    const close = make("button", { type: "button", title: say("remove"), "aria-label": `${say("remove")}: ${this.title}`, onclick: onRemove }, icon("close"));
    const signal = make("span", { class: "phone-signal" }, make("i"), make("i"), make("i"), make("i"));
    const who = make("div", { class: "phone-who" }, make("b", {}, "Daleel دليل"), make("small", {}, say("online")));
    const composer = makeComposer(this.channel, maxLength, (message) => this.#send(message)).filter(Boolean);
    const screen = make(
      "div", { class: `phone-screen look-${this.channel}` },
      make("div", { class: "phone-status", "aria-hidden": "true" }, timeOfDay(new Date()), signal),
      make("div", { class: "phone-top" }, make("span", { class: "phone-face" }, icon("hotline")), who),
      this.log, this.trouble, ...composer,
    );
    return make(
      "section", { class: "phone", "aria-label": this.title, "data-phone": this.phone, "data-channel": this.channel },
      make("div", { class: "phone-caption" }, this.title, close),
      make("div", { class: "phone-body" }, screen),
    );
  }

  // Keyed by the phone's own id for what it sent, so that a message stands once, stored or not yet.
  #keep(message) {
    const key = message.own_id ?? message.id;
    const known = this.messages.get(key);
    if (known && known.state === message.state && known.position === message.position) return false;
    this.messages.set(key, { ...known, ...message });
    return true;
  }

  // What the hotline deleted from the phone is gone here, too, the person's own messages included.
  #erase(ids) {
    const gone = [...this.messages].filter(([, message]) => ids.has(message.id));
    for (const [key, message] of gone) {
      message.element?.remove();
      this.messages.delete(key);
    }
    return gone.length > 0;
  }

  #send({ kind, text, pressed = null }) {
    const own_id = newId();
    const at = new Date().toISOString();
    this.#keep({ id: own_id, own_id, direction: "inbound", kind, text, pressed, choices: [], sms: null, state: "sending", at, position: null });
    this.#show();
    this.#deliver(own_id);
  }

  // One after the other, so that messages are stored in the order they were written.
  #deliver(own_id) {
    this.outgoing = this.outgoing.then(async () => {
      const { kind, text, pressed } = this.messages.get(own_id);
      try {
        const { message: id } = await sendMessage(this.phone, { channel: this.channel, kind, text, pressed, id: own_id });
        // From now on the hotline speaks of it by this id, also when it was erased before we ever read it back.
        Object.assign(this.messages.get(own_id), { id });
        this.isWaiting = true;
        this.#setTrouble(null);
        this.#poll();
      } catch (error) {
        this.#mark(own_id, "unsent");
        if (error instanceof Refused && error.code === "session_over") this.#setTrouble("reload");
      }
    });
  }

  #mark(own_id, state) {
    this.#keep({ ...this.messages.get(own_id), state });
    this.#show();
  }

  async #poll() {
    clearTimeout(this.timer);
    if (this.isPolling) return;
    this.isPolling = true;
    let pause = USUAL_PAUSE;
    try {
      const news = await readMessages(this.phone, this.channel, this.after);
      const isErased = this.#erase(new Set(news.erased));
      const isChanged = news.messages.map((message) => this.#keep(message)).some(Boolean);
      if (isErased || isChanged || news.waiting !== this.isWaiting) {
        this.isWaiting = news.waiting;
        this.#show();
      }
      this.after = news.after;
      this.#setTrouble(null);
      if (news.waiting) pause = WAITING_PAUSE;
    } catch {
      this.#setTrouble("offline");
      pause = TROUBLE_PAUSE;
    }
    this.isPolling = false;
    if (!this.isGone) this.timer = setTimeout(() => this.#poll(), pause);
  }

  #setTrouble(id) {
    this.trouble.hidden = id === null;
    const words = id ? say(id) : "";
    if (this.trouble.textContent !== words) this.trouble.textContent = words;
  }

  #show() {
    const isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    const last = (message) => message.position ?? Number.MAX_SAFE_INTEGER;
    const sorted = [...this.messages.values()].sort((a, b) => last(a) - last(b));
    sorted.forEach((message, index) => this.#place(message, index));
    this.log.querySelector(".said-typing")?.remove();
    this.log.querySelector(".phone-empty")?.remove();
    if (this.isWaiting) this.log.append(drawTyping());
    if (!sorted.length) this.log.append(make("p", { class: "phone-empty" }, say("empty")));
    const isOwnLast = sorted.at(-1)?.state === "sending";
    if (isAtEnd || isOwnLast) this.log.scrollTop = this.log.scrollHeight;
  }

  // Redraws only what changed, so that focus stays and a screen reader hears a message once.
  #place(message, index) {
    if (!message.element || message.shown !== message.state) {
      const fresh = drawMessage(message, this.channel, {
        onPress: (choice) => this.#send({ kind: "text", text: choice.title, pressed: choice.id }),
        onRetry: () => this.#retry(message.own_id),
      });
      if (message.element) message.element.replaceWith(fresh);
      Object.assign(message, { element: fresh, shown: message.state });
    }
    if (this.log.children[index] !== message.element) this.log.insertBefore(message.element, this.log.children[index] ?? null);
  }

  #retry(own_id) {
    this.#mark(own_id, "sending");
    this.#deliver(own_id);
  }
}
