import { price } from "./price.js"

/** One line for the driver, as `2 h 10 min: 7.50`. */
export const receipt = (minutes) => `${Math.floor(minutes / 60)} h ${minutes % 60} min: ${(price(minutes) / 100).toFixed(2)}`
