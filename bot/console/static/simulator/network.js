// The phones' network: three requests to the server. A message is sent again under its own id, so it is stored once.

const ATTEMPTS = 4;
const FIRST_PAUSE = 500;

export class Refused extends Error {
  constructor(status, code) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function ask(method, path, body) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch(`/simulator/phones${path}`, {
    method,
    headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json", "X-CSRFToken": token }) },
    body: body && JSON.stringify(body),
  });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, data.error?.code ?? "");
  return data;
}

export const addPhone = async (channel) => (await ask("POST", "", { channel })).phone;

export const readMessages = (phone, channel, after) => ask("GET", `/${phone}/messages?channel=${channel}&after=${after}`);

/** Send a message; try again while the network or the server fails, give up when the server says no. */
export async function sendMessage(phone, message) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask("POST", `/${phone}/messages`, message);
    } catch (error) {
      const isFinal = error instanceof Refused && error.status < 500;
      if (isFinal || attempt === ATTEMPTS) throw error;
      await pause(FIRST_PAUSE * 2 ** (attempt - 1));
    }
  }
}
