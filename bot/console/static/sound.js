// Three short tones, made here: no file on a slow line. Browsers play nothing before somebody clicked or pressed a key.

const CHOICE = "daleel.sound";
const TONES = [880, 1175, 880];
const LENGTH = 0.16;
const GAP = 0.09;

let context = null;

export const isWanted = () => localStorage.getItem(CHOICE) !== "off";
export const want = (isOn) => localStorage.setItem(CHOICE, isOn ? "on" : "off");
export const canBeHeard = () => isWanted() && context?.state === "running";

// Says afterwards whether the browser plays sound now.
export async function prime() {
  context ??= new AudioContext();
  // Chromium leaves this promise open until somebody clicks: it is not waited for longer than a moment.
  if (context.state !== "running") await Promise.race([context.resume().catch(() => {}), wait(200)]);
  return context.state === "running";
}

export function beep() {
  if (!canBeHeard()) return false;
  TONES.forEach((pitch, number) => tone(pitch, context.currentTime + number * (LENGTH + GAP)));
  return true;
}

function tone(pitch, start) {
  const oscillator = new OscillatorNode(context, { frequency: pitch });
  const loudness = new GainNode(context, { gain: 0 });
  // Rises and falls softly: a hard edge clicks.
  loudness.gain.setValueAtTime(0, start);
  loudness.gain.linearRampToValueAtTime(0.25, start + 0.02);
  loudness.gain.linearRampToValueAtTime(0, start + LENGTH);
  oscillator.connect(loudness).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + LENGTH);
}

const wait = (time) => new Promise((done) => setTimeout(done, time));
