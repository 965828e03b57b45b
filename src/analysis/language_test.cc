#include "analysis/language.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LanguageOf, TellsLatinLanguagesByTheirFunctionWords) {
  EXPECT_EQ(language_of("The parcel is on the way and will arrive at your house."), "English");
  EXPECT_EQ(language_of("Das Paket ist auf dem Weg und kommt am Freitag bei Ihnen an."), "German");
  EXPECT_EQ(language_of("Le colis est en route et vous le recevrez à la maison dans la semaine."),
            "French");
  EXPECT_EQ(language_of("El paquete está en camino y llegará a su casa el viernes por la tarde."),
            "Spanish");
  EXPECT_EQ(language_of("O pacote está a caminho e você não precisa fazer mais nada para isso."),
            "Portuguese");
}

TEST(LanguageOf, TellsOthersByTheirScript) {
  EXPECT_EQ(language_of("您的包裹将于周四送达。"), "Chinese");
  EXPECT_EQ(language_of("荷物は木曜日に届きます。"), "Japanese");
  EXPECT_EQ(language_of("Посылка прибудет в четверг."), "Russian");
  EXPECT_EQ(language_of("소포는 목요일에 도착합니다."), "Korean");
}

TEST(LanguageOf, IsSilentOnNamesAndCode) {
  EXPECT_EQ(language_of("delivery"), "");
  EXPECT_EQ(language_of("for (int i = 0; i < n; i++) sum += values[i];"), "");
  EXPECT_EQ(language_of(""), "");
}

TEST(LanguagesAsked, ReadsTheRequestInSeveralLanguages) {
  EXPECT_THAT(languages_asked("Translate this text into French."), ElementsAre("French"));
  EXPECT_THAT(languages_asked("Antworte auf Spanisch."), ElementsAre("Spanish"));
  EXPECT_THAT(languages_asked("请用英语回答。"), ElementsAre("English"));
  EXPECT_THAT(languages_asked("日本語で答えてください。"), ElementsAre("Japanese"));
  EXPECT_THAT(languages_asked("Is German hard to learn?"), IsEmpty());
}

}  // namespace
}  // namespace sonde
