"""Prompts of the workshop log. Good prompts are templates that a team reuses; failed prompts each
show their own defect."""

# category -> [(template, [values], typical answer in tokens)]
GOOD = {
    "Travel": [
        ("You are a travel planner. Plan {} for {}. Return a table with the columns day, morning, afternoon and evening.",
         [("3 days in Goa", "two friends who like quiet beaches"), ("4 days in Kyoto", "a couple interested in gardens"),
          ("2 days in Porto", "a solo traveller on foot"), ("5 days in Iceland", "a family with a rental car"),
          ("2 days in Lyon", "two sisters with one shared budget of 300 euros"), ("a weekend in Hamburg", "parents with a toddler"), ("3 days in Mexico City", "a group of food lovers"),
          ("6 days in Rajasthan", "a retired couple who avoid long walks"), ("1 day in Singapore", "a traveller between two flights"),
          ("4 days in Vienna", "a choir of twenty people")], 520),
        ("List the documents that a citizen of {} needs to enter {} as a tourist. Use a numbered list, one document a line, at most eight lines.",
         [("India", "Japan"), ("Germany", "Vietnam"), ("Brazil", "Canada"), ("Kenya", "France"), ("Canada", "Brazil"), ("Japan", "India")], 140),
        ("Compare {} by train and by plane. Give duration, price range in euros and luggage rules as a table with two rows.",
         [("Paris to Barcelona",), ("Prague to Budapest",), ("Oslo to Bergen",), ("Berlin to Zurich",), ("Milan to Naples",), ("London to Amsterdam",), ("Vienna to Venice",)], 180),
    ],
    "Food": [
        ("You are a chef. Write a recipe for {} that serves {}. List the ingredients with grams first, then numbered steps.",
         [("masala dosa", "4"), ("mushroom risotto", "2"), ("lentil soup", "6"), ("chicken katsu curry", "4"), ("shakshuka", "2"),
          ("rye sourdough bread", "8"), ("pad thai without fish sauce", "3"), ("vegan apple crumble", "6"), ("Spanish tortilla", "4"), ("miso ramen", "2"), ("bibimbap 🍚", "2"), ("borscht", "6")], 430),
        ("Suggest three {} dishes for a guest who cannot eat {}. One line each: name, then the reason it is safe.",
         [("Italian", "gluten"), ("Thai", "peanuts"), ("French", "dairy"), ("Mexican", "corn"), ("Japanese", "shellfish"), ("Greek", "eggs")], 110),
        ("Turn this fridge list into a dinner plan for {} evenings, as a table of evening and dish: {}.",
         [("3", "eggs, spinach, feta, tortillas, tomatoes"), ("2", "salmon, rice, broccoli, ginger"), ("4", "chickpeas, carrots, yoghurt, couscous, mince"),
          ("3", "tofu, noodles, peppers, peanut butter"), ("2", "potatoes, leeks, cream, bacon")], 210),
    ],
    "Support": [
        ("You are the support agent of Harbor Home, a furniture shop. A customer writes: \"{}\" Answer politely in at most four sentences and name the next step.",
         [("My sofa arrived with a torn cushion.",), ("I cannot log in since yesterday.",), ("The lamp came broken 😢 and my daughter cut her finger.",), ("Do you deliver to islands?",), ("Where is my order 48213?",), ("The assembly guide for the LINA shelf is missing.",),
          ("Can I change the delivery address of order 48377?",), ("You charged me twice for the same lamp.",), ("Do you take back a mattress after 20 nights?",),
          ("The parcel tracking has shown the same place for six days.",), ("I need an invoice with our company's VAT number.",), ("Please cancel order 48402.",), ("The drawer front of my SÖREN sideboard has the wrong colour.",),
          ("Is delivery to the second floor included?",), ("The voucher from your newsletter is refused at the till.",)], 95),
        ("Classify the customer message into exactly one of: delivery, refund, product, account. Reply with the label only. Message: \"{}\"",
         [("When will the van come on Friday?",), ("I want my money back for the broken chair.",), ("Is the oak table solid wood?",), ("Two screws are missing in the bag.",), ("My password link has expired.",),
          ("The driver left the parcel with a neighbour.",), ("How heavy is the LINA shelf?",), ("Please delete my profile.",), ("Which bulb fits the FARO lamp?",),
          ("I was billed for a delivery I never got.",)], 3),
        ("Summarise the chat below in three bullet points for the next agent: problem, what was tried, what is open.\n{}",
         [("Customer: the lamp flickers. Agent: please try another bulb. Customer: done, still flickers. Agent: I will send a new transformer.",),
          ("Customer: my voucher is refused. Agent: it is valid from 80 euros. Customer: my basket is 94 euros. Agent: I will ask the shop team.",),
          ("Customer: two table legs have no screw holes. Agent: please send a photo. Customer: sent. Agent: spare legs leave on Monday.",)], 90),
    ],
    "Coding": [
        ("Write a {} function `{}` that {}. Return only the code, with one docstring or comment and no example.",
         [("Python", "parse_duration", "turns text such as '1h20m' into seconds"), ("Go", "ChunkSlice", "splits a slice of int into parts of n"),
          ("JavaScript", "debounce", "delays a callback until calls pause for n milliseconds"), ("Python", "slugify", "turns a title into a URL slug"),
          ("Rust", "median", "returns the median of a slice of f64"), ("SQL", "monthly_revenue", "sums order totals per calendar month"),
          ("TypeScript", "groupBy", "groups an array by a key selector"), ("Java", "isLeapYear", "tells whether a year is a leap year"),
          ("PHP", "vat", "adds 19 percent tax to a price in cents"), ("Ruby", "titlecase", "capitalises each word but not 'and' or 'of'"), ("Kotlin", "initials", "returns the initials of a full name"), ("C++", "trim", "removes white space at both ends of a string_view")], 190),
        ("Explain the error below to a junior developer in three sentences, then give the corrected line in a code block.\n{}",
         [("TypeError: unsupported operand type(s) for +: 'int' and 'str' in total = 3 + price",), ("IndexError: list index out of range in names[len(names)]",),
          ("undefined: strings.Containss",), ("error[E0382]: borrow of moved value: `orders`",), ("ReferenceError: Cannot access 'cart' before initialization",),
          ("SyntaxError: Unexpected token } in JSON at position 118",), ("ZeroDivisionError: division by zero in rate = won / len(games)",), ("KeyError: 'postcode' in address['postcode']",)], 150),
        ("Review this {} snippet for bugs only, not style. Answer as a numbered list; write 'no bugs found' when there are none.\n{}",
         [("Python", "def mean(xs):\n    return sum(xs) / len(xs)"), ("SQL", "SELECT * FROM orders WHERE status != 'paid' OR 'open'"),
          ("JavaScript", "for (let i = 0; i <= items.length; i++) render(items[i])"), ("Go", "for _, o := range orders { go func() { ship(o) }() }"),
          ("Python", "def add(item, cart=[]):\n    cart.append(item)\n    return cart")], 130),
    ],
    "Translation": [
        ("Translate the text between the quotes into {}. Keep the tone friendly and return only the translation. \"{}\"",
         [("German", "Your parcel will arrive on Thursday between 9 and 12."), ("Spanish", "Thank you for your patience while we check your order."),
          ("Japanese", "The shelf can be fixed to the wall with the two screws in the bag."), ("Chinese", "Please keep the receipt until the warranty ends."),
          ("Hindi", "Your refund was sent today and needs three working days."), ("Arabic", "Our store is closed on Friday and opens again on Saturday."),
          ("German", "Please send us a photo of the scratched table top."), ("French", "The oak table is back in stock from Monday."),
          ("Arabic", "Your order has left our warehouse."), ("Hindi", "Please check the parcel before you sign."), ("Spanish", "You can return the mattress within 60 nights."), ("Japanese", "We are sorry that the delivery was late.")], 32),
        ("Übersetze die folgende Produktbeschreibung ins Englische. Gib nur die Übersetzung zurück: {}",
         [("Regal LINA aus massiver Eiche, geölt, fünf Böden, 180 cm hoch.",), ("Stehlampe FARO mit dimmbarem Licht und Leinenschirm.",),
          ("Esstisch SÖREN, ausziehbar von 140 auf 220 cm.",), ("Kindersessel MILO, abwaschbar, bis 60 kg.",)], 28),
        ("请把下面的客户留言翻译成英文，只返回译文：{}",
         [("我的沙发少了一条腿，请尽快补发。",), ("订单显示已送达，但我没有收到。",), ("请问这张桌子可以放在室外吗？",), ("我想把送货时间改到周六上午。",)], 18),
        ("次の文を英語に翻訳し、訳文だけを返してください。{}",
         [("配送日を来週の水曜日に変更できますか。",), ("届いたランプの電源が入りません。",), ("領収書を会社名で発行してください。",)], 17),
    ],
    "Extraction": [
        ("Extract the invoice data from the text and return only JSON with the keys number, date (YYYY-MM-DD), total (number) and currency. Text: {}",
         [("Invoice HH-2291, 3 July 2026, amount due EUR 1,249.00",), ("Rechnung 7710 vom 01.07.2026, Gesamtbetrag 318,40 EUR",), ("Factura 0045-B, 28/06/2026, total 89,90 EUR",),
          ("INV 55120 dated 2026-07-02 total USD 4,310.25",), ("Invoice HH-2304, 7 July 2026, amount due EUR 76.10",), ("Rechnung 7733 vom 08.07.2026, Gesamtbetrag 1.020,00 EUR",),
          ("Invoice A-19, 9 July 2026, total GBP 540.00",), ("請求書 2026-118、2026年7月4日、合計 48,600 円",)], 38),
        ("From the review below, return JSON with the keys product, stars (1-5) and complaint (string or null). Review: {}",
         [("The FARO lamp is lovely but the switch broke after a week. 2 stars.",), ("LINA shelf: solid, easy to build, five stars!",), ("SÖREN table, 4 of 5, one scratch on arrival.",),
          ("MILO chair is great, my son sleeps in it. 5 stars.",), ("The mattress is far too soft for me, 2/5.",), ("KELP rug arrived rolled and flat within a day, 5/5.",), ("Good price for the rug, colour a bit off. 3 stars.",), ("Oak care oil smells for a week. 3/5.",), ("FARO lamp again, perfect, 5 stars.",)], 34),
        ("List every person and company named in the text as two comma separated lines, 'People:' and 'Companies:'. Text: {}",
         [("Anna Berg of Nordwood AB met Luis Romero from Casa Clara in Malmö.",), ("The contract between Harbor Home and Fretz Logistics was signed by Mei Tanaka.",),
          ("Omar Haddad left Brightline Textiles and joined Harbor Home in June.",), ("Priya Nair asked Oakline Ltd for new samples.",),
          ("Jonas Weber confirmed the prices of Weber & Sohn.",)], 26),
    ],
}

# (category, prompt, kind); the kind is what a careful reader would name.
FAILED = [
    ("Travel", "You are a travel planner. Plan {{days}} days in {{city}} for a family with a rental car. Return a table with the columns day, morning, afternoon and evening.", "unfilled_variable"),
    ("Travel", "Answer in one word. Explain in detail which of Lisbon, Porto and Faro suits a family with small children in May.", "contradictory_instructions"),
    ("Travel", "Goa?", "missing_instruction"),
    ("Travel", "Make the trip somehow nicer and add some good stuff, maybe something special or whatever fits.", "vague_wording"),
    ("Food", "Best dosa?", "missing_instruction"),
    ("Food", "You are a chef. Write a recipe for {{dish}} that serves 4. List the ingredients with grams first, then numbered steps.", "unfilled_variable"),
    ("Food", "Write something about food, maybe some nice things or so, kind of interesting.", "vague_wording"),
    ("Support", "Dear {{customer_name}}, thank you for your message about order {{order_id}}. Write the rest of this reply politely in three sentences.", "unfilled_variable"),
    ("Support", "Reply in at most one sentence. Give a complete step-by-step guide with every detail of how the customer returns a mattress, including all exceptions.", "contradictory_instructions"),
    ("Support", "@thread@", "oversized_prompt"),
    ("Support", "refund when", "missing_instruction"),
    ("Coding", "Regex?", "missing_instruction"),
    ("Coding", "Fix my code, it somehow does not work properly, make it better and clean things up a bit.", "vague_wording"),
    ("Coding", "Our build script parses your reply. Extract the function names from this file: def load(path): ...  def save(path, rows): ...  def main(): ...", "no_output_format"),
    ("Translation", "Translate the text between the quotes into {{target_language}}. Return only the translation. \"The van arrives at noon.\"", "unfilled_variable"),
    ("Translation", "Translate into German. Answer only in English. \"Your refund was sent today.\"", "contradictory_instructions"),
    ("Extraction", "Get the invoice number, the date and the total out of this text so that our import script can parse it: Invoice HH-2291, 3 July 2026, amount due EUR 1,249.00", "no_output_format"),
    ("Extraction", "Get the invoice number, the date and the total out of this text so that our import script can parse it: Rechnung 7710 vom 01.07.2026, Gesamtbetrag 318,40 EUR", "no_output_format"),
    ("Extraction", "@reviews@", "oversized_prompt"),
]

# Good prompts that failed for a reason the five keys cannot show.
UNEXPLAINED = ["workshop/Support/0/2", "workshop/Translation/0/2", "workshop/Coding/1/4"]

# An impatient user sent the first of these three times within a minute.
REPEATED = ("Travel", "Plan a trip", "repeated_call", 3)

THREAD = ["Customer: I ordered the SÖREN table on {} and it still has not arrived.", "Agent: I am sorry, the carrier reports a delay at the {} depot.",
          "Customer: That is what you told me last week, I have guests on Saturday.", "Agent: I have asked the depot to put order {} first on the list.",
          "Customer: Nobody called me back as promised.", "Agent: The call was planned for the morning, I will ring you myself today.",
          "Customer: And the invoice shows {} euros instead of the price in my mail.", "Agent: The difference is the delivery to the second floor, I can remove it."]
PLACES = ["Hamburg", "Leipzig", "Rotterdam", "Lyon", "Graz", "Aarhus"]
REVIEWS = ["The {} came a day early and the driver was kind.", "I expected more of the {} for this price, the varnish peels.",
           "Building the {} took two people and three hours.", "My {} wobbles a little, felt pads helped.", "Second {} we bought, same quality as the first.",
           "The colour of the {} is darker than in the picture.", "Support replaced a broken part of the {} within four days."]
PRODUCTS = ["LINA shelf", "FARO lamp", "SÖREN table", "MILO chair", "TIDE mattress", "KELP rug"]
