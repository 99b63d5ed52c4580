/** Prices in cents. */
export const TARIFF = { freeMinutes: 15, centsPerHour: 250, centsPerDayMax: 1800 }

export const MINUTES_PER_DAY = 24 * 60
