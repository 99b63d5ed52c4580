import { MINUTES_PER_DAY, TARIFF } from "./tariff.js"

/** What parking for so many minutes costs, in cents. */
export const price = (minutes, tariff = TARIFF) => {
  if (!Number.isInteger(minutes) || minutes < 0) throw new RangeError(`price of parking: ${minutes} is no number of minutes`)
  if (minutes <= tariff.freeMinutes) return 0
  const days = Math.floor(minutes / MINUTES_PER_DAY)
  return days * tariff.centsPerDayMax + priceOfDay(minutes % MINUTES_PER_DAY, tariff)
}

const priceOfDay = (minutes, tariff) => {
  const hours = Math.round(minutes / 60)
  return Math.min(hours * tariff.centsPerHour, tariff.centsPerDayMax)
}
