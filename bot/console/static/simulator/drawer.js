// The phones of this browser, kept from one visit to the next. Messages are not kept here: the hotline has them.

const KEY = "daleel.phones";
const CHANNELS = ["sms", "whatsapp", "telegram"];

/** Return the phones that were kept: `{phone, channel}`; an empty list too is somebody's choice. */
export function keptPhones() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY));
    return kept.filter(({ phone, channel }) => /^[0-9a-f]{20}$/.test(phone) && CHANNELS.includes(channel));
  } catch {
    return null;
  }
}

export function keepPhones(phones) {
  try {
    localStorage.setItem(KEY, JSON.stringify(phones.map(({ phone, channel }) => ({ phone, channel }))));
  } catch {
    // Without storage the phones last as long as the page.
  }
}
