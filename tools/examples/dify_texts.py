"""What the users of the company's Dify apps asked, and what they were told."""

TENANT = "harbor tenant"

# app name -> (mode, main model, completion parameters)
APPS = {
    "Harbor Support": ("chat", "gpt-4o-mini", {"temperature": 0.3, "max_tokens": 512}),
    "Order assistant": ("advanced-chat", "gpt-4o", {"temperature": 0.2, "max_tokens": 400}),
    "Invoice extractor": ("workflow", "gpt-4o", {"temperature": 0, "max_tokens": 256}),
    "Trip planner": ("completion", "claude-sonnet-4", {"temperature": 0.7, "max_tokens": 160}),
    "Polyglot": ("completion", "qwen-max", {"temperature": 0.1, "max_tokens": 600}),
    "Review digest": ("workflow", "deepseek-chat", {"temperature": 0.4, "max_tokens": 300}),
}

SHOP = "You are the support agent of Harbor Home, a furniture shop."

# app name -> [(day, hour the version was saved, pre_prompt)]; Harbor Support changed twice.
PRE_PROMPTS = {
    "Harbor Support": [
        (-3, 9, SHOP + " Answer politely in the customer's language in at most four sentences. Name the next step."),
        (4, 7, SHOP + " Answer in one sentence. Explain every step in detail. Name the next step."),
        (9, 7, SHOP + " Answer politely in the customer's language in at most four sentences. Name the next step."
               " Repeat the order number when there is one. Never promise a date that the order data does not show."),
    ],
    "Trip planner": [
        (-3, 10, "You are a travel planner. Plan {{days}} days in {{city}} for {{travellers}}. One line a day."),
        (7, 6, "You are a travel planner. Plan {{days}} days in {{city}} for {{travellers}}."
               " Write one line a day: 'Day N: morning; afternoon; evening'. No introduction."),
    ],
    "Polyglot": [
        (-3, 11, "Translate the text into {{target_language}}. Keep names and numbers. Return only the translation.\n\n{{text}}"),
    ],
}

LIKE, DISLIKE = ("like", None, "user"), ("dislike", None, "user")

# (user, channel, day, hour, minute, [(query, answer, feedback, kind)]); an answer of None failed.
SUPPORT = [
    ("lena.k", "web-app", 0, 8, 12, [
        ("My sofa arrived with a torn cushion.", "I am sorry to hear that. Please send a photo of the cushion to care@harbor.example and name your order number. We ship a new cushion within three working days.", LIKE, None),
        ("Do I have to send the old one back?", "No, you may keep or recycle the torn cushion. The next step is only the photo.", None, None)]),
    ("tomas.r", "web-app", 0, 14, 40, [
        ("Is delivery to the second floor included?", "Delivery to the kerb is included. Carrying to the second floor costs 29 euros and can be added until the day before delivery. Shall I add it to your order?", None, None)]),
    ("crm-bot", "service-api", 1, 9, 5, [
        ("Wo bleibt meine Bestellung 48213?", "Ihre Bestellung 48213 liegt im Depot Hamburg. Der Fahrer meldet sich telefonisch, bevor er losfährt. Bitte prüfen Sie, ob Ihre Nummer im Konto stimmt.", None, None),
        ("Die Nummer stimmt.", "Danke für die Bestätigung. Der nächste Schritt ist der Anruf des Fahrers, Sie müssen nichts weiter tun.", LIKE, None)]),
    ("mei.t", "web-app", 1, 15, 22, [
        ("我的台灯收到时已经坏了，怎么退货？", "很抱歉给您带来不便。请在账户的“退货”页面选择该订单并打印运单，快递员会上门取件。收到后我们三个工作日内退款。", LIKE, None)]),
    ("omar.h", "web-app", 2, 10, 3, [
        ("How do I get rid of the bed bugs that came with my new mattress?", "I'm sorry, but I can't help with that.", ("dislike", "The bot refuses a normal question about a product I bought.", "user"), "refusal")]),
    ("ines.m", "web-app", 2, 16, 31, [
        ("¿Puedo cambiar la dirección de entrega del pedido 48377?", "Sí, mientras el pedido no haya salido del almacén. Escriba la nueva dirección en su cuenta, en la página del pedido 48377. Le enviaremos una confirmación por correo.", None, None),
        ("Ya la he cambiado, gracias.", "Perfecto, la nueva dirección ya aparece en el pedido. No tiene que hacer nada más.", LIKE, None)]),
    ("crm-bot", "service-api", 3, 11, 48, [
        ("You charged me twice for the same lamp.", "I am sorry about that. One of the two charges is a reservation that your bank releases within five days. If both are still there on Monday, please send us the statement.", None, None)]),
    ("paul.d", "web-app", 4, 9, 17, [
        ("How do I return a mattress after 20 nights?", "Book the return in your account, wait for the label, wrap the mattress in the bag, and hand it to the driver.", ("dislike", "Way too short, which bag?", "user"), "contradictory_instructions"),
        ("Which bag do you mean?", "The plastic bag the mattress came in, or a new one that we send for free within two days once you ask for it in your account.", None, None)]),
    ("yuki.s", "web-app", 6, 12, 9, [
        ("届いた棚のネジが二本足りません。", "ご不便をおかけして申し訳ございません。アカウントの注文ページから不足部品をご請求いただければ、二営業日以内に発送いたします。", None, None)]),
    ("greta.w", "web-app", 7, 8, 55, [
        ("Can I pick the parcel up myself?", "Yes, choose pick-up in the order page and bring the code to the depot, open daily from eight to six.", None, None),
        ("delivery?", "Could you tell me which delivery you mean, ideally with the order number?", DISLIKE, "missing_instruction")]),
    ("hugo.b", "web-app", 8, 14, 5, [
        ("Where is my order 48402?", None, None, "rate_limit")]),
    ("hugo.b", "web-app", 8, 14, 6, [
        ("Where is my order 48402?", None, None, "rate_limit")]),
    ("crm-bot", "service-api", 8, 14, 6, [
        ("Is the oak table solid wood?", None, None, "rate_limit")]),
    ("hugo.b", "web-app", 8, 14, 31, [
        ("Where is my order 48402?", "Order 48402 left our warehouse this morning, and the carrier sends you a message with the hour.", None, None)]),
    ("priya.n", "web-app", 9, 10, 20, [
        ("मेरा रिफंड कब तक आएगा? ऑर्डर 48290", "ऑर्डर 48290 का रिफंड कल भेज दिया गया है। बैंक में दिखने में आम तौर पर तीन कार्यदिवस लगते हैं। अगर उसके बाद भी न दिखे तो कृपया हमें फिर से लिखें।", LIKE, None)]),
    ("lena.k", "web-app", 9, 16, 44, [
        ("The new cushion has a different colour than the sofa.", "I am sorry that the shade does not match. Please send a photo in daylight to care@harbor.example, and we look for a cushion from the same batch as your sofa.", None, None),
        ("I sent it.", " \n", ("dislike", "No answer at all", "user"), "empty_answer")]),
    ("omar.h", "web-app", 10, 13, 2, [
        ("هل يمكن إرجاع الطاولة بعد تركيبها؟", "نعم، يمكنك إرجاع الطاولة خلال 30 يومًا حتى بعد تركيبها إذا كانت دون أضرار. يرجى حجز موعد الاستلام من صفحة الطلب.", None, None)]),
    ("crm-bot", "service-api", 11, 9, 36, [
        ("I need an invoice with our company's VAT number for order 48377.", "Of course. Please follow these steps for order 48377:\n1. Open \"Billing\" in your account, choose \"Company\", and enter the VAT number exactly as it is registered, with the country code in front.\n2. Open the order, choose \"Invoice\", then \"Issue again\"; the old invoice is cancelled on its own, so please do not book both.\n3. The new invoice reaches you by mail within an hour, as a PDF and as a structured XML file for your bookkeeping.\nIf the number is refused, it may not be in the European register yet; that takes up to two days, and we are happy to keep the order open until then.", LIKE, None)]),
    ("tomas.r", "web-app", 13, 17, 15, [
        ("My voucher is refused in the basket.", "The voucher is valid from 80 euros without delivery. Please check the sum of the goods in your basket. If it is higher, send us the code and we look into it.", None, None)]),
]

# (user, day, hour, minute, city, days, travellers, answer, feedback, kind)
TRIPS = [
    ("web-31", 0, 18, 4, "Lisbon", "2", "two friends", "Day 1: Alfama on foot, lunch in Mouraria, fado in the evening.\nDay 2: tram to Belém, the tower and the market, sunset at Graça.", LIKE, None),
    ("web-44", 0, 20, 33, "Kyoto", "3", "a couple interested in gardens", "Day 1: Ryoan-ji and Ninna-ji, then tea in Arashiyama.\nDay 2: Nanzen-ji and the Philosopher's Path to Ginkaku-ji.\nDay 3: Katsura villa at ten, Nishiki market, river walk at Kamo.", LIKE, None),
    ("web-12", 1, 12, 20, "Hamburg", "2", "parents with a toddler", "Day 1: harbour ferry 62, playground at Lohsepark, early pizza at the port.\nDay 2: Planten un Blomen, model railway before eleven, nap, Alster boats.", None, None),
    ("web-57", 2, 19, 47, "", "", "a family of four", "I can plan this once I know where you are going and for how long: the request still says {{days}} days in {{city}}.", DISLIKE, "unfilled_variable"),
    ("web-31", 3, 8, 10, "Porto", "1", "a solo traveller", None, None, "invalid_api_key"),
    ("web-60", 3, 8, 14, "Goa", "3", "two friends who like quiet beaches", None, None, "invalid_api_key"),
    ("web-60", 4, 21, 8, "Goa", "3", "two friends who like quiet beaches", "Day 1: Agonda beach, lunch under the palms, slow sunset.\nDay 2: boat to Butterfly beach, reading, fish curry in Palolem.\nDay 3: Galgibaga turtles' beach, spice garden, night train.", None, None),
    ("web-12", 5, 11, 2, "Vienna", "2", "a choir of twenty people", "Day 1: rehearsal near Karlsplatz, Musikverein tour, dinner at Naschmarkt.\nDay 2: mass at the Augustinian church, Prater, heuriger in Neustift.", None, None),
    ("web-71", 7, 18, 26, "Iceland", "6", "a family with a rental car", "Day 1: Reykjavik; Perlan museum; harbour dinner.\nDay 2: Thingvellir; Geysir; Gullfoss by evening light.\nDay 3: Seljalandsfoss; Skógafoss; night in Vík.\nDay 4: black beach; Fjaðrárgljúfur canyon; Kirkjubæjarklaustur.\nDay 5: Skaftafell walk; Jökulsárlón boat; Höfn for langoustine.\nDay 6: drive back along", ("dislike", "stops in the middle of day 6", "user"), "cut_off"),
    ("web-80", 8, 19, 51, "Rome", "2", "a school class", None, None, "timeout"),
    ("web-80", 8, 19, 53, "Rome", "2", "a school class", "Day 1: Colosseum at nine; Forum; ice cream at the Pantheon.\nDay 2: Vatican museums; picnic at the Gianicolo; Trastevere.", None, None),
    ("web-44", 9, 20, 15, "Oslo", "2", "a retired couple", None, None, "provider_error"),
    ("web-83", 10, 18, 40, "Athens", "1", "a traveller between two flights", "Day 1: Acropolis at opening; museum café; metro back by five.", None, "repeated_call"),
    ("web-83", 10, 18, 40, "Athens", "1", "a traveller between two flights", "Day 1: Acropolis at opening; Plaka lunch; metro back by five.", None, "repeated_call"),
    ("web-83", 10, 18, 41, "Athens", "1", "a traveller between two flights", "Day 1: Acropolis first; lunch in Plaka; airport metro at five.", None, "repeated_call"),
    ("web-90", 12, 9, 58, "Marrakesh", "2", "four old friends", "Day 1: medina with a guide; Bahia palace; terrace at Jemaa el-Fnaa.\nDay 2: Majorelle garden; hammam; dinner in Guéliz.", LIKE, None),
]

# (user, day, hour, minute, target language, text, answer, feedback, kind)
TRANSLATIONS = [
    ("shop-de", 0, 9, 14, "German", "Your parcel will arrive on Thursday between 9 and 12.", "Ihr Paket kommt am Donnerstag zwischen 9 und 12 Uhr an.", None, None),
    ("shop-jp", 0, 10, 2, "Japanese", "The shelf can be fixed to the wall with the two screws in the bag.", "棚は、袋に入っている二本のネジで壁に固定できます。", LIKE, None),
    ("shop-cn", 1, 8, 37, "Chinese", "Please keep the receipt until the warranty ends.", "请将收据保留至保修期结束。", None, None),
    ("shop-in", 1, 11, 26, "Hindi", "Your refund was sent today and needs three working days.", "आपका रिफंड आज भेज दिया गया है और इसमें तीन कार्यदिवस लगते हैं।", None, None),
    ("shop-ae", 2, 7, 52, "Arabic", "Our store is closed on Friday and opens again on Saturday.", "متجرنا مغلق يوم الجمعة ويفتح مجددًا يوم السبت.", LIKE, None),
    ("shop-es", 2, 13, 9, "Spanish", "You can return the mattress within 60 nights.", "Puede devolver el colchón en un plazo de 60 noches.", None, None),
    ("shop-de", 3, 15, 41, "German", "Please send us a photo of the scratched table top and the order number.", "Please send us a photo of the scratched table top together with the number of your order.", ("dislike", "That is English, not German.", "user"), "wrong_language"),
    ("shop-cn", 4, 9, 30, "Chinese", "The police took the knife from the drunk customer.", None, None, "content_filter"),
    ("shop-jp", 7, 10, 44, "Japanese", "We are sorry that the delivery was late.", "配送が遅れましたことをお詫び申し上げます。", None, None),
    ("shop-es", 8, 8, 19, "Spanish", "The oak table is back in stock from Monday.", "La mesa de roble vuelve a estar disponible a partir del lunes.", None, None),
    ("shop-in", 8, 12, 58, "Hindi", "Please check the parcel before you sign.", "कृपया हस्ताक्षर करने से पहले पार्सल की जाँच कर लें।", None, None),
    ("shop-ae", 9, 14, 27, "Arabic", "Your order has left our warehouse.", None, None, "connection_error"),
    ("shop-ae", 9, 14, 35, "Arabic", "Your order has left our warehouse.", "لقد غادر طلبك مستودعنا.", None, None),
    ("shop-de", 10, 9, 3, "German", "The lamp is dimmable and comes with a linen shade.", "Die Lampe ist dimmbar und wird mit einem Leinenschirm geliefert.", LIKE, None),
    ("shop-es", 11, 16, 12, "Spanish", "Thank you for your patience while we check your order.", "Thanks a lot for being patient while we are checking your order.", DISLIKE, "wrong_language"),
    ("shop-jp", 13, 11, 21, "Japanese", "Please choose a delivery day in your account.", "アカウントで配送日をお選びください。", None, None),
]

# kind -> error text as Dify stores it (model plugins put their name in front).
ERRORS = {
    "rate_limit": "[openai] Rate Limit Error, Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-4o-mini in organization org-harbor on tokens per min (TPM): Limit 200000, Used 199412, Requested 861. Please try again in 81ms.', 'type': 'tokens', 'param': None, 'code': 'rate_limit_exceeded'}}",
    "timeout": "[anthropic] Connection Error, HTTPSConnectionPool(host='api.anthropic.com', port=443): Read timed out. (read timeout=60)",
    "context_length": "[deepseek] Bad Request Error, Error code: 400 - {'error': {'message': \"This model's maximum context length is 65536 tokens. However, you requested 81240 tokens (80940 in the messages, 300 in the completion). Please reduce the length of the messages or completion.\", 'type': 'invalid_request_error', 'param': None, 'code': 'invalid_request_error'}}",
    "invalid_api_key": "[anthropic] Authorization Error, Error code: 401 - {'type': 'error', 'error': {'type': 'authentication_error', 'message': 'invalid x-api-key'}}",
    "content_filter": "[tongyi] Bad Request Error, DataInspectionFailed: Input data may contain inappropriate content.",
    "provider_error": "[anthropic] Server Unavailable Error, Error code: 500 - {'type': 'error', 'error': {'type': 'api_error', 'message': 'Internal server error'}}",
    "connection_error": "[tongyi] Connection Error, HTTPSConnectionPool(host='dashscope.aliyuncs.com', port=443): Max retries exceeded with url: /api/v1/services/aigc/text-generation/generation (Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))",
}
FAILED_AFTER = {"rate_limit": 0.4, "timeout": 60.2, "invalid_api_key": 0.3, "content_filter": 0.9,
                "provider_error": 3.1, "connection_error": 5.2, "context_length": 1.4}

# (app, day, hour, query or inputs, answer): tries in the studio, which are not production.
DEBUG_TRIES = [
    ("Harbor Support", 3, 17, "test test", "Hello! How can I help you with your furniture today?"),
    ("Harbor Support", 8, 17, "Repeat the order number 12345", "Your order number is 12345, and the next step is the page of the order in your account."),
    ("Trip planner", 6, 17, {"city": "Bonn", "days": "1", "travellers": "testers"}, "Day 1: Beethoven house; Rhine walk; Poppelsdorf."),
]
