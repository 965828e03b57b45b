"""The graph apps: a chatflow that answers order questions, and two workflows."""

CLASSES = [("1", "Order status"), ("2", "Returns"), ("3", "Small talk")]
CLASSIFIER = "You sort customer messages of a furniture shop. Choose exactly one of the categories."

# app -> [(day published, mark, prompt of its main LLM node)]
VERSIONS = {
    "Order assistant": [
        (-3, "First release", "Answer the question of the customer with the facts between the <context> tags. Answer in two sentences at most."),
        (7, "Says when it does not know", "Answer the question of the customer with the facts between the <context> tags. Answer in two sentences at most."
            " When the context does not hold the answer, say so and offer a call back."),
    ],
    "Invoice extractor": [
        (-3, "First release", "Read the invoice and give me the number, the date and the total. The next step of the workflow parses your answer."),
        (4, "JSON only", "Read the invoice. Return only JSON with the keys number, date (YYYY-MM-DD), total (number) and currency. No other text."),
    ],
    "Review digest": [
        (-3, "First release", "Rate the review from 1 to 5 and name the complaint in at most six words. Answer as 'rating; complaint'."),
    ],
}

# (user, day, hour, minute, class, query, facts, answer, kind)
ORDERS = [
    ("lena.k", 0, 9, 41, 0, "Has order 48213 been shipped?", "Order 48213: packed 3 July, shipped 5 July with Fretz Logistics.", "Yes, order 48213 was shipped on 5 July with Fretz Logistics. You will get a message on the day of delivery.", None),
    ("hugo.b", 1, 10, 8, 0, "When does my SÖREN table come?", "Order 48290: SÖREN table, delivery planned 9 July, 10 to 14 h.", "Your SÖREN table is planned for 9 July between 10 and 14 h.", None),
    ("ines.m", 1, 17, 30, 1, "How long can I return the rug?", "Returns: rugs and lamps 30 nights, mattresses 60 nights, goods must be clean.", "You can return the rug within 30 nights as long as it is clean.", None),
    ("paul.d", 2, 8, 26, 2, "Hi, how are you?", "", "Hello! I am well, thank you. Shall we look at an order together?", None),
    ("greta.w", 2, 15, 3, 0, "Why is order 48301 split in two parcels?", "Order 48301: shelf from Hamburg, lamp from Leipzig.", "The shelf ships from Hamburg and the lamp from Leipzig, so order 48301 travels in two parcels.", None),
    ("yuki.s", 3, 9, 55, 1, "List every return rule for every product you sell.", "Returns: rugs and lamps 30 nights, mattresses 60 nights, goods must be clean. Made to measure goods cannot be returned.", "Rugs and lamps can be returned within 30 nights and mattresses within 60 nights. For all other goods the following rules apply, starting with sofas, which", "cut_off"),
    ("tomas.r", 4, 11, 17, 0, "Is order 48345 at the depot?", "Order 48345: at depot Graz since 9 July.", "Order 48345 has been at the depot in Graz since 9 July.", None),
    ("omar.h", 7, 13, 38, 0, "What happened to order 48377?", "Order 48377: address changed 8 July, leaves on 13 July.", None, "provider_error"),
    ("omar.h", 7, 13, 52, 0, "What happened to order 48377?", "Order 48377: address changed 8 July, leaves on 13 July.", "The address of order 48377 was changed on 8 July. It leaves our warehouse on 13 July.", None),
    ("mei.t", 8, 9, 12, 1, "Who pays for the return parcel?", "Returns are free from 50 euros, below that 4.90 euros.", "The return is free from 50 euros. Below that it costs 4.90 euros.", None),
    ("priya.n", 9, 16, 49, 0, "Can order 48402 come earlier?", "Order 48402: shipped 14 July, no other slot.", "The data of order 48402 shows no other slot. May I have a colleague call you back?", "stopped"),
    ("lena.k", 10, 10, 34, 1, "Does the cushion need its box for the return?", "Returns: original box not needed, any box will do.", "No, any box will do for the return.", None),
    ("hugo.b", 11, 14, 21, 2, "Thanks, you are great!", "", "Thank you, that is kind! I am here when the next parcel is due.", None),
]

# (vendor, day, hour, minute, invoice text, answer of the model, kind)
INVOICES = [
    ("Nordwood AB", 0, 7, 31, "Nordwood AB, Malmö. Invoice NW-5512 of 2 July 2026. 12 oak boards. Total EUR 1,249.00", "{\"number\": \"NW-5512\", \"date\": \"2026-07-02\", \"total\": 1249.0, \"currency\": \"EUR\"}", None),
    ("Casa Clara", 0, 13, 2, "Casa Clara SL, Valencia. Factura 0045-B, 28/06/2026. 40 fundas. Total 891,50 EUR", "The invoice number is 0045-B, it is dated 28 June 2026 and the total is 891.50 euros.", "no_output_format"),
    ("Weber & Sohn", 1, 8, 16, "Weber & Sohn, Kassel. Rechnung 7710 vom 01.07.2026. 200 Beschläge. Gesamtbetrag 318,40 EUR", "{\"number\": \"7710\", \"date\": \"2026-07-01\", \"total\": 318.4, \"currency\": \"EUR\"}", None),
    ("Brightline", 2, 8, 50, "Brightline Textiles Ltd, Leeds. Invoice 88-A, 30 June 2026. 60 m linen. Total GBP 540.00", "{\"number\": \"88-A\", \"date\": \"2026-06-30\", \"total\": 540.0, \"currency\": \"GBP\"}", None),
    ("Oakline", 4, 9, 5, "Oakline Ltd, Cork. Invoice OL-331, 9 July 2026. Table tops. Total EUR 4,310.25", "{\"number\": \"OL-331\", \"date\": \"2026-07-09\", \"total\": 4310.25, \"currency\": \"EUR\"}", "retried"),
    ("Casa Clara", 4, 13, 44, "Casa Clara SL, Valencia. Factura 0046-B, 08/07/2026. 15 cojines. Total 223,00 EUR", "{\"number\": \"0046-B\", \"date\": \"2026-07-08\", \"total\": 223.0, \"currency\": \"EUR\"}", None),
    ("Fretz Logistics", 7, 7, 19, "Fretz Logistics AG, Basel. Invoice F-2026-118, 11 July 2026. June transports. Total CHF 7,902.10", "{\"number\": \"F-2026-118\", \"date\": \"2026-07-11\", \"total\": 7,902.10, \"currency\": \"CHF\"}", "invalid_json"),
    ("Tanaka Urushi", 7, 11, 27, "田中漆器店。請求書 2026-77、2026年7月10日。漆盆 30枚。合計 48,600 円", "{\"number\": \"2026-77\", \"date\": \"2026-07-10\", \"total\": 48600, \"currency\": \"JPY\"}", None),
    ("Nordwood AB", 8, 8, 40, "Nordwood AB, Malmö. Invoice NW-5530 of 13 July 2026. Freight only. Total EUR 96.00", "{\"number\": \"NW-5530\", \"date\": \"2026-07-13\", \"total\": 96.0, \"currency\": \"EUR\"", "partial"),
    ("Weber & Sohn", 9, 8, 11, "Weber & Sohn, Kassel. Rechnung 7733 vom 14.07.2026. Scharniere. Gesamtbetrag 1.020,00 EUR", "{\"number\": \"7733\", \"date\": \"2026-07-14\", \"total\": 1020.0, \"currency\": \"EUR\"}", None),
    ("Brightline", 10, 9, 29, "Brightline Textiles Ltd, Leeds. Invoice 91-A, 15 July 2026. Curtain rails. Total GBP 77.20", "{\"number\": \"91-A\", \"date\": \"2026-07-15\", \"total\": 77.2, \"currency\": \"GBP\"}", "image"),
    ("Oakline", 11, 8, 3, "Oakline Ltd, Cork. Invoice OL-340, 16 July 2026. Samples. Total EUR 0.00", "{\"number\": \"OL-340\", \"date\": \"2026-07-16\", \"total\": 0, \"currency\": \"EUR\"}", "debugger"),
    ("Nordwood AB", 13, 21, 58, "Nordwood AB, Malmö. Invoice NW-5544 of 18 July 2026. 6 oak boards. Total EUR 624.50", "", "running"),
]

# (day, hour, [(review, model answer or None when the call failed)], shortened versions, kind)
DIGESTS = [
    (4, 16, [("The FARO lamp is lovely but the switch broke after a week.", "2; switch broke after a week"),
             ("LINA shelf: solid, easy to build!", "5; none"),
             ("SÖREN table arrived with one scratch.", "4; one scratch on arrival")],
     ["Customers like shelf and table; the switch of the FARO lamp breaks early and one table came scratched.",
      "Shelf and table liked; FARO switch breaks, one table scratched."], None),
    (11, 16, [("The mattress is far too soft for me.", "2; mattress too soft"),
              ("KELP rug arrived rolled and flat within a day.", "5; none"),
              ("MILO chair: my son sleeps in it.", None)],
     ["The mattress is called too soft, the rug arrives quickly."], "partial"),
    (12, 10, [], [], "context_length"),
]
